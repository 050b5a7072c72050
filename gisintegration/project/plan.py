"""What is counted where: the editions of the project file, or the boundaries that every year is wanted on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gisintegration.areas import AreaDivision, load_areas
from gisintegration.change import stable_areas
from gisintegration.errors import ProjectError
from gisintegration.project.inputs import Editions
from gisintegration.project.parts import STABLE, RecalculatePart
from gisintegration.project.settings import Project


@dataclass(frozen=True)
class Plan:
    """Editions with their years, the levels that figures are given for over them, and whether groups are among them."""

    editions: Editions
    by: Sequence[str]
    grouped: bool = True


def plans_of(project: Project, editions: Editions, available: Sequence[int]) -> list[Plan]:
    """How a register is counted: every year on its own edition, or on the one that ``[recalculate]`` names.

    On an edition, every year of the register is placed in it and in what lies above it. On stable areas, every year is
    placed in them; levels above are counted over the editions themselves, since a stable area may cross a border.

    Raises
    ------
    ProjectError
        The editions to recalculate are not in the project file, or cannot be told.
    """
    wanted, by = project.settings.recalculate, project.settings.levels.by
    if not editions:
        return []
    if wanted is None:
        return [Plan(editions, by)]
    whole = (min(available), max(available))
    if wanted.to != STABLE:
        target = target_edition(wanted, editions)
        left = {areas: years for areas, years in editions.items() if areas.division != target.division}
        return [Plan({**left, target: whole}, by)]
    sources = source_editions(wanted, editions)
    stable, _ = stable_areas(sources)
    above = [level for level in by if level not in (STABLE, *(areas.division for areas in sources))]
    plans = [Plan({stable: whole}, [STABLE], grouped=False)]
    return [*plans, Plan(editions, above)] if above else plans


def target_edition(wanted: RecalculatePart, known: Iterable[AreaDivision]) -> AreaDivision:
    """The edition that figures are wanted on: one of the project's, else the catalogue's own.

    Raises
    ------
    InputError
        The project does not name it, and it does not come with the toolkit.
    """
    return next((areas for areas in known if areas.key == wanted.to), None) or load_areas(wanted.to)


def source_editions(wanted: RecalculatePart, known: Iterable[AreaDivision]) -> list[AreaDivision]:
    """The editions that are recalculated, oldest first: those named, else those of the target's division.

    For stable areas without ``from``: all of them, when they are of one division.

    Raises
    ------
    ProjectError
        One that is named is not in the project file, or which are meant cannot be told.
    """
    editions = {areas.key: areas for areas in known}
    if wanted.from_:
        for key in wanted.from_:
            if key not in editions:
                raise ProjectError.unknown("edition", key, editions, where="[areas], for [recalculate] from")
        return [editions[key] for key in wanted.from_]
    others = {key: areas for key, areas in editions.items() if key != wanted.to}
    division = wanted.to.split("/")[0]
    if wanted.to == STABLE:
        found = list(others.values()) if len({areas.division for areas in others.values()}) == 1 else []
    else:
        same = [areas for areas in others.values() if areas.division == division]
        found = same or (list(others.values()) if len(others) == 1 else [])
    if not found:
        raise ProjectError(
            f'[recalculate] to = "{wanted.to}": which editions are to be recalculated cannot be told '
            f"({', '.join(others) or 'there is no other edition'}).",
            hint='name them: from = ["deso/2018"].',
        )
    return sorted(found, key=lambda areas: (areas.division, areas.edition))
