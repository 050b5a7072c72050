"""Point registers in: the contract, coordinates, persons without a place, and the areas that persons belong to."""

from gisintegration.registers.contract import Variable, contract, variables
from gisintegration.registers.reading import read_register
from gisintegration.registers.register import Register

__all__ = ["Register", "Variable", "contract", "read_register", "variables"]
