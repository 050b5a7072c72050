"""Write docs/register.md from the register contract."""

from __future__ import annotations

from pathlib import Path

from gisintegration.files import atomic
from gisintegration.registers import register_page


def main() -> None:
    """Write the page beside the other docs."""
    with atomic(Path(__file__).parents[1] / "docs" / "register.md") as temporary:
        temporary.write_text(register_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
