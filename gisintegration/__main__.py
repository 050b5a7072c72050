"""``python -m gisintegration``."""

from gisintegration.cli import main

main()
