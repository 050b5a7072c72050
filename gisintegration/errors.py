"""The errors a user meets: one tree, and every text says what was wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

SHOWN_FAILURES = 20


class GisIntegrationError(Exception):
    """Base of every error the toolkit raises on purpose.

    Parameters
    ----------
    message
        What was wrong and where: file, layer, row, column, code.
    hint
        What the user can do about it.
    failures
        Every single failure, one mapping per row with the same keys. The text shows the first 20
        and the count of the rest; ``--json`` on the command line carries all of them.

    Examples
    --------
    >>> print(GisIntegrationError("Column 'x' is missing.", hint="Add it."))
    Column 'x' is missing.
    Hint: Add it.
    """

    def __init__(self, message: str, *, hint: str | None = None, failures: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.failures = [dict(failure) for failure in failures]

    def __str__(self) -> str:
        lines = [self.message]
        lines += [
            "  - " + ", ".join(f"{key}: {value}" for key, value in failure.items())
            for failure in self.failures[:SHOWN_FAILURES]
        ]
        hidden = len(self.failures) - SHOWN_FAILURES
        if hidden > 0:
            lines.append(f"  … and {hidden} more")
        if self.hint:
            lines.append(f"Hint: {self.hint}")
        return "\n".join(lines)

    @classmethod
    def unknown(cls, what: str, given: object, known: Iterable[object], *, where: str = "") -> Self:
        """An unknown name, with the nearest known ones.

        Examples
        --------
        >>> print(GisIntegrationError.unknown("level", "deos", ["deso", "regso"]))
        There is no level 'deos'.
        Hint: did you mean 'deso'? Known: deso, regso.
        """
        names = [str(name) for name in known]
        near = get_close_matches(str(given), names, n=1)
        guess = f"did you mean '{near[0]}'? " if near else ""
        place = f" in {where}" if where else ""
        shown = ", ".join(names[:SHOWN_FAILURES]) + (", …" if len(names) > SHOWN_FAILURES else "")
        return cls(f"There is no {what} '{given}'{place}.", hint=f"{guess}Known: {shown or 'none'}.")


class InputError(GisIntegrationError):
    """A file or value that was given cannot be used."""

    @classmethod
    def missing_file(cls, path: str | Path) -> Self:
        return cls(f"{path} does not exist.", hint="check the path; it is read relative to the project file.")

    @classmethod
    def empty_file(cls, path: str | Path) -> Self:
        return cls(f"{path} is empty: it holds no rows.", hint="check that the delivery was complete.")

    @classmethod
    def missing_columns(cls, where: str, missing: Sequence[str], available: Sequence[str]) -> Self:
        """Columns that are needed and were not found, with the likeliest candidates.

        Examples
        --------
        >>> print(InputError.missing_columns("persons.csv", ["sex"], ["person", "sexe"]))
        persons.csv lacks the column sex.
        Hint: did you mean 'sexe'? Columns found: person, sexe.
        """
        near = [m[0] for name in missing if (m := get_close_matches(name, list(available), n=1))]
        guess = f"did you mean {' and '.join(repr(name) for name in near)}? " if near else ""
        noun = "column" if len(missing) == 1 else "columns"
        return cls(
            f"{where} lacks the {noun} {', '.join(missing)}.",
            hint=f"{guess}Columns found: {', '.join(available) or 'none'}.",
        )


class CRSError(InputError):
    """Coordinates and the declared coordinate reference system contradict each other."""


class CodeError(InputError):
    """An area code is unknown, of another edition, or not written as the code list writes it."""


class GeometryError(InputError):
    """A polygon or point cannot be used as it is."""


class RegisterError(InputError):
    """A register breaks its contract."""


class ReportedError(InputError):
    """A published table, or the mapping that says what is in it, cannot be used."""


class FormatError(InputError):
    """A PX or JSON-stat file cannot be read, or a table cannot be written as one."""


class ProjectError(InputError):
    """The project file says something that cannot be done."""


class IndicatorError(InputError):
    """An indicator's declaration is wrong, or it cannot be computed from the register given."""


class DisclosureError(GisIntegrationError):
    """What was asked for would not be safe to publish under the policy."""


class ValidationError(GisIntegrationError):
    """A release holds what cannot be right, and is refused."""


class OutputError(GisIntegrationError):
    """A result could not be written. What was there before is whole."""
