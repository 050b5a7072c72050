"""Write docs/commands.md from the commands themselves."""

from __future__ import annotations

from pathlib import Path

from gisintegration.cli.app import commands_page
from gisintegration.files import atomic


def main() -> None:
    """Write the page beside the other docs."""
    with atomic(Path(__file__).parents[1] / "docs" / "commands.md") as temporary:
        temporary.write_text(commands_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
