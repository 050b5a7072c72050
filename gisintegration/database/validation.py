"""Validation of a release: impossible figures, totals that do not add up, jumps, what is missing or was revised."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pandas as pd

from gisintegration.change import series_breaks
from gisintegration.database.checks.areas import Given, check_identity, check_missing, check_never_given
from gisintegration.database.checks.blocks import Block, blocks
from gisintegration.database.checks.findings import SEVERITIES, Findings
from gisintegration.database.checks.groups import check_groups
from gisintegration.database.checks.jumps import check_years
from gisintegration.database.checks.levels import Nests, check_editions, check_levels
from gisintegration.database.checks.limits import Limits
from gisintegration.database.checks.revisions import check_revisions
from gisintegration.database.checks.texts import CHECKS
from gisintegration.database.checks.values import check_values
from gisintegration.errors import ValidationError
from gisintegration.progress import ProgressOption, reporter
from gisintegration.tables import Release

__all__ = ["Limits", "Validation", "validate"]

# Under these, persons without a place are in a kommun and in none of its areas.
_APART = ("separate", "exclude")


@dataclass(frozen=True, eq=False)
class Validation:
    """What a validation found. Made of protected figures only.

    Parameters
    ----------
    findings
        One row a finding, errors first: ``severity`` (error, warning, note), ``check``, where (``indicator``,
        ``division``, ``edition``, ``area``, ``year`` and the breakdowns; empty for all of them), ``cells`` it is about,
        ``what`` and what to ``do``, both in Swedish too. Of one check on one indicator and edition the first 20 cells
        are told one by one and the rest as their number.
    checks
        One row a check that was made: ``check``, its title, how many comparisons, and errors, warnings, notes.
    limits
        The limits used.
    release, name
        Id and name of what was validated.
    previous
        Id of the release it was compared with; empty without one.
    """

    findings: pd.DataFrame
    checks: pd.DataFrame
    limits: Limits
    release: str
    name: str
    previous: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is no error, so that the release may be made."""
        return not self.counts["error"]

    @property
    def table(self) -> pd.DataFrame:
        return self.findings

    @property
    def summary(self) -> str:
        """One line: ``0 errors, 3 warnings, 1 note in 1 200 comparisons``."""
        parts = [f"{n} {name}{'' if n == 1 else 's'}" for name, n in self.counts.items()]
        return f"{', '.join(parts)} in {int(self.checks['compared'].sum())} comparisons"

    def verify(self, *, report: str | Path | None = None) -> Self:
        """Itself, when there is no error.

        Parameters
        ----------
        report
            Where the report was written, to be named in the error.

        Raises
        ------
        ValidationError
            There are errors: each is listed.
        """
        if self.ok:
            return self
        errors = self.findings[self.findings["severity"] == "error"]
        where = f"; the whole report is {report}" if report is not None else ""
        raise ValidationError(
            f"The release is refused: {self.counts['error']} error{'s' if self.counts['error'] > 1 else ''} in "
            f"{', '.join(dict.fromkeys(errors['check']))}{where}.",
            hint=str(errors["do"].iloc[0]),
            failures=[_plain(row) for row in errors.to_dict("records")],
        )

    def __repr__(self) -> str:
        return f"<Validation of {self.name} ({self.release}): {self.summary}>"

    def _repr_html_(self) -> str:
        return f"<p><strong>Validation</strong> of {self.release}: {self.summary}</p>" + str(self.checks.to_html())


def validate(
    made: Release, *, limits: Limits | None = None, previous: Release | None = None, progress: ProgressOption = None
) -> Validation:
    """Check a release as a whole, before it is published.

    Errors, which refuse the release: figures that are impossible or contradict their status, figures in hidden cells,
    cells given twice, unknown areas, and totals that cannot be right. Counts and parts that add up over areas are
    summed to every level above, sexes and classes to their total: exactly where all parts are shown; where some are
    protected, those shown may not exceed the whole, and the protected ones must be able to make up the rest. Under a
    declared perturbation or rounding a sum may be as far off as its noise. The whole's share, mean or median lies
    between the lowest and highest of its parts. Figures as published by somebody else may be off by what small
    numbers were adjusted by: a warning.

    Warnings: changes between years far outside the usual spread of an indicator's changes on that level (known breaks
    are notes), a level that vanishes or shifts as a whole, areas, kommuner and years that are missing, and what the
    previous release had and this one has not, or has revised beyond the limit.

    Parameters
    ----------
    made
        A release; its tables are protected, and nothing else is looked at.
    limits
        ``Limits()`` when not given.
    previous
        The release before it.

    Returns
    -------
    Validation
        ``.ok``, ``.findings``, ``.checks``, ``.summary``; ``.verify()`` raises where there is an error.

    Examples
    --------
    >>> from gisintegration.database import release
    >>> from gisintegration.disclosure import protect
    >>> from gisintegration.testing import example_raw, grid_areas
    >>> areas = grid_areas(2, 1)
    >>> raw = example_raw(numerator=[30, 120], denominator=[100, 100], areas=list(areas.codes),
    ...                   division=areas.division, edition=areas.edition)
    >>> found = validate(release(protect(raw, "internal"), areas={areas.key: areas}))
    >>> found.ok, found.findings[["check", "area", "what"]].to_numpy().tolist()
    (False, [['range', '0114A0020', '120.0 is outside the possible, 0 to 100.']])
    """
    limits, report, found = limits or Limits(), reporter(progress), Findings()
    statistics = made.statistics
    check_identity(made, statistics, found)
    report(0.2, "Validating figures")
    breaks = series_breaks(made.tables)
    nests, given = Nests(apart=_apart(made)), Given()
    held: dict[tuple[str, str], Block] = {}
    for of_indicator in blocks(made, statistics):
        for block in of_indicator:
            given.see(block)
            check_values(block, found, limits)
            check_groups(block, found, limits)
            check_years(block, breaks, found, limits)
        check_levels(of_indicator, nests, found, limits)
        check_editions(of_indicator, found)
        held |= {(block.indicator.id, block.key): block for block in of_indicator}
    report(0.8, "Validating areas")
    for block in held.values():
        check_missing(block, given, found)
    check_never_given(made, given, found)
    if previous is not None:
        report(0.9, "Comparing with the previous release")
        check_revisions(made, held, previous, found, limits)
    report(1.0, "Validated")
    return _validation(made, found, limits, previous)


def _apart(made: Release) -> bool:
    register = (made.manifest.get("parameters") or {}).get("register") or {}
    return register.get("unplaced") in _APART


def _validation(made: Release, found: Findings, limits: Limits, previous: Release | None) -> Validation:
    findings = found.frame()
    by_check: dict[tuple[str, str], int] = {}
    for check, severity, cells in zip(findings["check"], findings["severity"], findings["cells"], strict=True):
        by_check[check, severity] = by_check.get((check, severity), 0) + int(cells)
    rows: list[dict[str, Any]] = [
        {
            "check": name,
            "title": check.title["en"],
            "title_sv": check.title["sv"],
            "compared": found.compared[name],
            **{f"{severity}s": by_check.get((name, severity), 0) for severity in SEVERITIES},
        }
        for name, check in CHECKS.items()
        if check.title["en"] and (found.compared[name] or any((name, severity) in by_check for severity in SEVERITIES))
    ]
    columns = ["check", "title", "title_sv", "compared", *(f"{severity}s" for severity in SEVERITIES)]
    return Validation(
        findings=findings,
        checks=pd.DataFrame(rows, columns=columns),
        limits=limits,
        release=made.id,
        name=made.name,
        previous=previous.id if previous is not None else "",
        counts={severity: int((findings["severity"] == severity).sum()) for severity in SEVERITIES},
    )


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """A finding as an error shows it: where, what, what to do, without what does not apply."""
    told = ("check", "indicator", "division", "edition", "area", "year", "sex", "background", "age", "education")
    kept = {name: row[name] for name in told if not pd.isna(row[name]) and row[name] not in ("", "total")}
    return {**kept, "what": row["what"], "do": row["do"]}
