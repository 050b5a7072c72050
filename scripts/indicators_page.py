"""Write docs/indicators.md from the declarations of indicators, classes and constants."""

from __future__ import annotations

from pathlib import Path

from gisintegration.files import atomic
from gisintegration.indicators.page import indicators_page


def main() -> None:
    """Write the page."""
    with atomic(Path(__file__).parents[1] / "docs" / "indicators.md") as temporary:
        temporary.write_text(indicators_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
