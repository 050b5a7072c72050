"""Write docs/definitions.md from the declarations of indicators and the rules written out."""

from __future__ import annotations

from pathlib import Path

from gisintegration.files import atomic
from gisintegration.indicators.definitions import definitions_page


def main() -> None:
    """Write the page."""
    with atomic(Path(__file__).parents[1] / "docs" / "definitions.md") as temporary:
        temporary.write_text(definitions_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
