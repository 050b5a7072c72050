"""The figures of a project with published tables: read, summed to what lies above, and recalculated."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from gisintegration.areas import AreaDivision, levels, parent_positions
from gisintegration.change import Crosswalk, stable_areas
from gisintegration.change.crosswalk_editions import figure_areas
from gisintegration.change.publishable import NOTE
from gisintegration.change.recalculate import recalculate
from gisintegration.database import Store, select_rows, stack_tables
from gisintegration.database.release import declared, distinct, joined_labels, joined_source
from gisintegration.errors import IndicatorError, ProjectError
from gisintegration.progress import Progress
from gisintegration.project.inputs import Editions, Where, joined, read_editions, years_wanted
from gisintegration.project.made import Made
from gisintegration.project.parts import STABLE
from gisintegration.project.plan import source_editions, target_edition
from gisintegration.project.settings import Project
from gisintegration.project.tasks import read_own
from gisintegration.project.weights import made_crosswalk
from gisintegration.project.work import Work, keys_of, lacking_denominators, rows_on, without_denominators
from gisintegration.publish.words import LANGUAGES, edition_title
from gisintegration.reported import load_mapping, read_reported
from gisintegration.swedish import number
from gisintegration.tables import ProtectedTable, method_words


def from_reported(project: Project, where: Where | None, store: Store, report: Progress) -> Made:
    """Read published tables, sum them to the levels above, and recalculate them, as the project file says.

    Raises
    ------
    ProjectError, InputError, ReportedError, CodeError
        The project file, a table, its mapping or the weights cannot be used; nothing was written.
    """
    work = Work()
    editions = read_editions(project, where=where)
    known = [*editions, *own_editions(project)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        report(0.05, "Reading the published tables")
        table = read_all(project, {areas.key: areas for areas in known}, editions, work)
        report(0.4, "Summing to the levels above")
        above = list(sums(project, table, known, work))
        report(0.6, "Recalculating")
        moved = recalculated(project, table, known, work)
        tables = [moved, *above, *sums_of_target(project, moved, known, work)]
    work.messages += [str(one.message) for one in caught if issubclass(one.category, UserWarning)]
    kept = [one for one in tables if len(one.table)]
    keys = {key for one in kept for key in keys_of(one)}
    for areas in known:
        if areas.key in keys:
            work.areas.setdefault(areas.key, areas)
    report(0.9, "Keeping the figures")
    return Made(
        parts=store.put(kept),
        indicators=declared(kept),
        labels=joined_labels(table.labels for table in kept),
        stamps={policy: words for table in kept for policy, words in table.stamps.items()},
        areas={key: areas for key, areas in work.areas.items() if key in keys},
        steps={"reported": work.read, "recalculated": work.recalculated},
        messages=tuple(dict.fromkeys(work.messages)),
        notes=distinct([*_notes(work, known), *(note for table in kept for note in table.notes)]),
        source=joined_source(kept),
        recalculated=tuple(work.recalculated),
        crosswalks=tuple(work.crosswalks),
    )


def read_all(project: Project, known: Mapping[str, AreaDivision], editions: Editions, work: Work) -> ProtectedTable:
    """Every published table of the project as one, with the indicators and years that are wanted.

    Raises
    ------
    ProjectError
        A table is on an edition that the project does not name, or an indicator that is wanted is in none.
    """
    tables = [
        (name, table) for name in project.settings.reported for table in read_one(project, name, known, editions, work)
    ]
    return _wanted(project, _as_one(tables, work))


def read_one(
    project: Project, name: str, known: Mapping[str, AreaDivision], editions: Editions, work: Work
) -> list[ProtectedTable]:
    """One published table of the project, apart for each edition it is on.

    Raises
    ------
    ProjectError
        It is on an edition that the project does not name.
    """
    given = project.settings.reported[name]
    mapping = str(project.resolve(given.mapping)) if given.mapping.endswith(".toml") else given.mapping
    on = list(dict.fromkeys(load_mapping(mapping).said.rows.editions.values()))
    if not any(key in known for key in on):
        raise ProjectError(
            f"reported.{name} is on {', '.join(on)}, which [areas] does not name.",
            hint=f'add [areas."{on[0]}"], with the path of its layer.',
        )
    tables = []
    for key in on:
        if key in known:
            found = read_reported(project.resolve(given.path), mapping, areas=known[key])
            tables.append(_within(found, known[key], editions.get(known[key])))
            years = sorted({int(year) for year in tables[-1].table["year"].unique()})
            work.read.append({"name": name, "edition": key, "years": years, "cells": len(tables[-1].table)})
    return tables


def _within(table: ProtectedTable, areas: AreaDivision, span: tuple[int, int] | None) -> ProtectedTable:
    """The years that the project file asks for on the edition."""
    if span is None:
        return table
    mine = (table.table["division"] == areas.division) & (table.table["edition"] == areas.edition)
    return select_rows(table, ~mine | table.table["year"].between(*span))


def _as_one(tables: Sequence[tuple[str, ProtectedTable]], work: Work) -> ProtectedTable:
    """Several tables as one; a cell that an earlier one has is left out of a later."""
    if len(tables) == 1:
        return tables[0][1]
    made, left = stack_tables([table for _, table in tables])
    for (name, _), cells in zip(tables, left, strict=True):
        if cells:
            work.messages.append(f"{cells} figures of reported.{name} are in a table named before it, which is used.")
    return made


def _wanted(project: Project, table: ProtectedTable) -> ProtectedTable:
    use, rows = project.settings.indicators.use, table.table
    keep = np.ones(len(rows), dtype=np.bool_)
    if use != "all":
        for name in use:
            if name not in table.indicators:
                raise IndicatorError.unknown("indicator", name, sorted(table.indicators), where="the published tables")
        keep &= rows["indicator"].isin(use).to_numpy()
    years = years_wanted(project, sorted({int(year) for year in rows.loc[keep, "year"].unique()}))
    return select_rows(table, keep & rows["year"].isin(years).to_numpy())


def own_editions(project: Project) -> Iterator[AreaDivision]:
    """Areas of one's own, by name and edition as ``[recalculate] to`` names them."""
    for name, own in project.settings.own.items():
        read = read_own(project, name, own)
        if isinstance(read, AreaDivision):
            yield read


def sums(
    project: Project, table: ProtectedTable, known: Sequence[AreaDivision], work: Work
) -> Iterator[ProtectedTable]:
    """Figures of what lies above, summed exactly from whole areas, where the tables have none of their own."""
    settings = project.settings
    present = set(keys_of(table))
    own = {key.split("/")[0] for key in present}
    for areas in known:
        if areas.key not in present:
            continue
        wanted = [level for level in settings.levels.by if level not in (areas.division, STABLE, *own)]
        possible = [level for level in wanted if level in (*areas.parents, "region")]
        later = _of_target(project, known)
        for parent in levels(areas, possible, region=settings.levels.region).values():
            if parent.division not in later:
                yield _summed(project, rows_on(table, areas.key), areas, parent, work)


def sums_of_target(
    project: Project, table: ProtectedTable, known: Sequence[AreaDivision], work: Work
) -> Iterator[ProtectedTable]:
    """Figures of what lies above the target edition alone (RegSO 2025 above DeSO 2025), of its recalculated figures.

    Years and indicators that the tables have for them are the publisher's own.
    """
    later = _of_target(project, known)
    if not later or project.settings.recalculate is None:
        return
    target = target_edition(project.settings.recalculate, known)
    for parent in levels(target, later, region=None).values():
        rows, own = rows_on(table, target.key), rows_on(table, parent.key).table
        there = pd.MultiIndex.from_frame(own[["indicator", "year"]].astype({"indicator": "str"}))
        mine = pd.MultiIndex.from_frame(rows.table[["indicator", "year"]].astype({"indicator": "str"}))
        wanted = select_rows(rows, ~mine.isin(there))
        if len(wanted.table):
            yield _summed(project, wanted, target, parent, work)


def _of_target(project: Project, known: Sequence[AreaDivision]) -> list[str]:
    """Levels whose areas are others above the target edition than above one that is recalculated."""
    wanted = project.settings.recalculate
    if wanted is None or wanted.to == STABLE:
        return []
    above = target_edition(wanted, known).parents
    others = [areas.parents for areas in source_editions(wanted, known)]
    return [
        level
        for level in project.settings.levels.by
        if level in above and any(parents.get(level, above[level]) != above[level] for parents in others)
    ]


def _summed(
    project: Project, rows: ProtectedTable, areas: AreaDivision, parent: AreaDivision, work: Work
) -> ProtectedTable:
    key = _key_to(areas, parent)
    whole = select_rows(rows, rows.table["area"].isin(key.sources))
    older = work.areas.get(parent.key)
    work.areas[parent.key] = parent if older is None else joined(older, parent)
    # Sums of whole areas are the publisher's own figures, not estimates.
    return replace(_carried(whole, key, project, work), notes=rows.notes)


def _key_to(areas: AreaDivision, parent: AreaDivision) -> Crosswalk:
    """Each area to the one above it that holds it whole."""
    at = parent_positions(areas, parent)
    rows = np.flatnonzero(figure_areas(areas) & (at >= 0))
    table = pd.DataFrame({"source": areas.codes[rows], "target": parent.codes[at[rows]], "weight": 1.0})
    codes, above = (tuple(str(code) for code in sorted(set(table[name]))) for name in ("source", "target"))
    return Crosswalk(areas.key, parent.key, "table", table, codes, above)


def recalculated(project: Project, table: ProtectedTable, known: Sequence[AreaDivision], work: Work) -> ProtectedTable:
    """The table on the boundaries that ``[recalculate]`` names.

    Raises
    ------
    ProjectError, InputError
        The editions or the weights cannot be used, or no figures stand on an edition that is to be recalculated.
    """
    wanted = project.settings.recalculate
    if wanted is None:
        return table
    present = set(keys_of(table))
    if wanted.to == STABLE:
        sources = source_editions(wanted, known)
        stable, keys = stable_areas(sources)
        work.areas[stable.key] = stable
        for areas in sources:
            if areas.key in present:
                table = _one(project, table, keys[areas.key], areas, work)
        return table
    target = target_edition(wanted, known)
    work.areas[target.key] = target
    sources = [areas for areas in source_editions(wanted, known) if areas.key in present]
    if not sources:
        raise ProjectError(
            f"The published tables are on {', '.join(sorted(present))}: nothing is to be recalculated to {wanted.to}.",
            hint='leave [recalculate] out, or name the edition: from = ["deso/2018"].',
        )
    for areas in sources:
        table = _one(project, table, made_crosswalk(project, wanted, areas, target, table), areas, work)
    for level in _of_target(project, known):
        table = _without_older(table, target.parents[level], target, work)
    return table


def _without_older(table: ProtectedTable, key: str, target: AreaDivision, work: Work) -> ProtectedTable:
    """Leave out what is published on another edition of a level than the one above the target."""
    division, edition = key.split("/", 1)
    gone = (table.table["division"] == division) & (table.table["edition"] != edition)
    if not gone.any():
        return table
    older = ", ".join(sorted({f"{division}/{one}" for one in table.table.loc[gone, "edition"]}))
    work.messages.append(
        f"{int(gone.sum())} figures published on {older} left out: above {target.key} lies {key}, whose figures are "
        "summed from it."
    )
    return select_rows(table, ~gone)


def _one(
    project: Project, table: ProtectedTable, crosswalk: Crosswalk, areas: AreaDivision, work: Work
) -> ProtectedTable:
    made = replace(_carried(table, crosswalk, project, work, areas=areas), notes=table.notes)
    work.crosswalks.append(crosswalk)
    new = rows_on(made, crosswalk.target).table
    own = new[new["method"].astype("str").str.startswith(("recalculated", "summed")) & new["value"].notna()]
    work.recalculated.append(
        {
            "source": crosswalk.source,
            "target": crosswalk.target,
            "method": crosswalk.method,
            "crosswalk": crosswalk.id,
            "sources": len(crosswalk.sources),
            "targets": len(crosswalk.targets),
            "cells": len(own),
            "exact": int((own["lower"] == own["upper"]).sum()),
            "raw": crosswalk.raw,
            "notes": list(crosswalk.notes),
        }
    )
    return made


def _carried(
    table: ProtectedTable,
    crosswalk: Crosswalk,
    project: Project,
    work: Work,
    *,
    areas: AreaDivision | None = None,
) -> ProtectedTable:
    """The table on the crosswalk's target; of ``use = "all"`` what cannot be recalculated is left out and told."""
    wanted, every = project.settings.recalculate, project.settings.indicators.use == "all"
    given = {} if wanted is None else wanted.denominators
    left = lacking_denominators(table, crosswalk, given)
    if left:
        table = without_denominators(table, crosswalk, left, work, every=every)
    here = rows_on(table, crosswalk.source).table
    kept = {str(name) for name in here["indicator"].unique()}
    policies = {str(name) for name in here["policy"].unique()}
    # A key of whole areas, to a level above or to stable areas, has weights of everyone only.
    kinds = {} if wanted is None else {key: kind for key, kind in wanted.kinds.items() if key in kept}
    if crosswalk.method == "table":
        kinds = {key: kind for key, kind in kinds.items() if kind in crosswalk.kinds}
    return recalculate(
        table,
        crosswalk,
        kinds=kinds,
        denominators={key: of for key, of in given.items() if key in kept},
        register_only="leave_out" if every else "refuse",
        whole=wanted is not None and wanted.whole and wanted.to == crosswalk.target,
        perturbation={} if wanted is None else {key: of for key, of in wanted.perturbation.items() if key in policies},
        rounding={} if wanted is None else {key: half for key, half in wanted.rounding.items() if key in kept},
        areas=areas,
    )


def _notes(work: Work, known: Sequence[AreaDivision]) -> Iterator[Mapping[str, str]]:
    areas = {one.key: one for one in known} | work.areas
    for row in work.recalculated:
        share = row["exact"] / row["cells"] if row["cells"] else 1.0
        titles = {
            language: [edition_title(areas[row[side]], language) for side in ("source", "target")]
            for language in LANGUAGES
        }
        method = "summed" if share == 1 else f"recalculated:{row['method']}"
        words = {language: method_words(method, language) for language in LANGUAGES}
        sv, en = ("; alla tal är exakta", "; every figure is exact") if share == 1 else ("", "")
        yield {
            "sv": f"{titles['sv'][0]} → {titles['sv'][1]}: {words['sv']}"
            + (sv or f"; {number(100 * share, 0)} % av talen är exakta, övriga uppskattade")
            + ".",
            "en": f"{titles['en'][0]} → {titles['en'][1]}: {words['en']}"
            + (en or f"; {100 * share:.0f} % of the figures are exact, the others estimates")
            + ".",
        }
    if any(row["raw"] for row in work.recalculated):
        yield NOTE
