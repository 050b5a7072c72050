"""The synthetic register: persons who do not exist, whose numbers do."""

from gisintegration.registers.synthetic.register import synthetic_register
from gisintegration.registers.synthetic.report import SyntheticReport

__all__ = ["SyntheticReport", "synthetic_register"]
