"""What a check finds, gathered as it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from gisintegration.errors import GisIntegrationError, IndicatorError
from gisintegration.project.settings import Project

Level = Literal["ok", "note", "wrong"]
T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One thing that was found: ``ok``, a ``note`` to know of, or ``wrong``."""

    level: Level
    where: str
    what: str
    hint: str = ""
    failures: tuple[dict[str, Any], ...] = ()


class Findings:
    """Findings as they are made."""

    def __init__(self) -> None:
        self.rows: list[Finding] = []

    def add(self, level: Level, where: str, what: str, hint: str = "") -> None:
        self.rows.append(Finding(level, where, what, hint))

    def attempt(self, where: str, check: Callable[[], T]) -> T | None:
        """The result of a step, or what it was refused for as a finding."""
        try:
            return check()
        except GisIntegrationError as error:
            self.refused(where, error)
            return None

    def refused(self, where: str, error: GisIntegrationError) -> None:
        """What a step was refused for."""
        self.rows.append(Finding("wrong", where, error.message, error.hint or "", tuple(error.failures)))

    def wrong(self, where: str) -> bool:
        return any(row.level == "wrong" and row.where == where for row in self.rows)


def check_maps(found: Findings, project: Project, indicators: Mapping[str, object]) -> None:
    """Tell of maps of indicators that there are not."""
    for number, wanted in enumerate(project.settings.output.maps):
        if indicators and wanted.indicator not in indicators:
            error = IndicatorError.unknown("indicator", wanted.indicator, indicators)
            found.add("wrong", f"output.maps[{number}]", error.message, error.hint or "")
