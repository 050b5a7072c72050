"""Point registers in: the contract, coordinates, persons without a place, and the areas that persons belong to."""

from gisintegration.registers.by_key import place_by_key
from gisintegration.registers.contract import Variable, contract, variables
from gisintegration.registers.examine import Examination, examine
from gisintegration.registers.locating import LocatedRows, locate_register
from gisintegration.registers.page import register_page
from gisintegration.registers.place import place
from gisintegration.registers.placement import HOW, Placement, PlacementReport, placed_sql
from gisintegration.registers.propose import Proposal, propose_crs
from gisintegration.registers.reading import read_register
from gisintegration.registers.register import Register
from gisintegration.registers.report import ReadReport

__all__ = [
    "HOW",
    "Examination",
    "LocatedRows",
    "Placement",
    "PlacementReport",
    "Proposal",
    "ReadReport",
    "Register",
    "Variable",
    "contract",
    "examine",
    "locate_register",
    "place",
    "place_by_key",
    "placed_sql",
    "propose_crs",
    "read_register",
    "register_page",
    "variables",
]
