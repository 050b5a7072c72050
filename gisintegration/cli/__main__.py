"""``python -m gisintegration.cli``."""

from gisintegration.cli import main

main()
