"""Registerdata för integration: from point registers to safe statistics on the areas and boundaries you choose.

The public verbs are here: ``import gisintegration as gi``. They are loaded when first used, so that the import is
quick; whatever is not here is private.

Examples
--------
>>> import gisintegration as gi
>>> areas = gi.load_areas("deso/2025", where={"kommun": ["1480"]})
>>> gi.locate([[319_000, 6_400_000]], areas).tolist() == [-1]
False
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gisintegration.areas import AreaDivision as AreaDivision
    from gisintegration.areas import check_coverage as check_coverage
    from gisintegration.areas import check_file as check_file
    from gisintegration.areas import groups as groups
    from gisintegration.areas import levels as levels
    from gisintegration.areas import load_areas as load_areas
    from gisintegration.areas import read_areas as read_areas
    from gisintegration.areas import read_key as read_key
    from gisintegration.change import Crosswalk as Crosswalk
    from gisintegration.change import Relations as Relations
    from gisintegration.change import compare as compare
    from gisintegration.change import load_crosswalk as load_crosswalk
    from gisintegration.change import series_breaks as series_breaks
    from gisintegration.change import stable_areas as stable_areas
    from gisintegration.change.crosswalk_make import crosswalk as crosswalk
    from gisintegration.change.crosswalk_preview import preview_crosswalks as preview_crosswalks
    from gisintegration.change.recalculate import recalculate as recalculate
    from gisintegration.database import ReleaseDiff as ReleaseDiff
    from gisintegration.database import ReleaseInfo as ReleaseInfo
    from gisintegration.database import Store as Store
    from gisintegration.database import StoreCheck as StoreCheck
    from gisintegration.database import open_store as open_store
    from gisintegration.database import select_release as select_release
    from gisintegration.database.coverage import coverage as coverage
    from gisintegration.database.release import release as release
    from gisintegration.database.validation import Limits as Limits
    from gisintegration.database.validation import Validation as Validation
    from gisintegration.database.validation import validate as validate
    from gisintegration.disclosure import Policy as Policy
    from gisintegration.disclosure import protect as protect
    from gisintegration.errors import GisIntegrationError as GisIntegrationError
    from gisintegration.indicators import aggregate as aggregate
    from gisintegration.indicators import load_constants as load_constants
    from gisintegration.indicators import load_indicators as load_indicators
    from gisintegration.locate import Places as Places
    from gisintegration.locate import locate as locate
    from gisintegration.locate import nearest as nearest
    from gisintegration.locate import places as places
    from gisintegration.project import Project as Project
    from gisintegration.project import ProjectCheck as ProjectCheck
    from gisintegration.project import Run as Run
    from gisintegration.project import check_project as check_project
    from gisintegration.project import demo_project as demo_project
    from gisintegration.project import export as export
    from gisintegration.project import exported as exported
    from gisintegration.project import file_name as file_name
    from gisintegration.project import init_project as init_project
    from gisintegration.project import list_areas as list_areas
    from gisintegration.project import locate_project as locate_project
    from gisintegration.project import open_project_release as open_project_release
    from gisintegration.project import open_project_store as open_project_store
    from gisintegration.project import read_project as read_project
    from gisintegration.project import recalculate_project as recalculate_project
    from gisintegration.project import recalculate_table as recalculate_table
    from gisintegration.project import run_project as run_project
    from gisintegration.publish import write_change_tables as write_change_tables
    from gisintegration.publish import write_changes as write_changes
    from gisintegration.publish import write_geopackage as write_geopackage
    from gisintegration.publish import write_jsonstat as write_jsonstat
    from gisintegration.publish import write_layers as write_layers
    from gisintegration.publish import write_parquet as write_parquet
    from gisintegration.publish import write_px as write_px
    from gisintegration.publish import write_tables as write_tables
    from gisintegration.publish.excel import write_excel as write_excel
    from gisintegration.publish.metadata import About as About
    from gisintegration.publish.metadata import write_metadata as write_metadata
    from gisintegration.publish.powerpoint import write_powerpoint as write_powerpoint
    from gisintegration.publish.validation_report import write_validation as write_validation
    from gisintegration.publish.webmap import write_map as write_map
    from gisintegration.registers import Register as Register
    from gisintegration.registers import locate_register as locate_register
    from gisintegration.registers import propose_crs as propose_crs
    from gisintegration.registers import read_register as read_register
    from gisintegration.registers.synthetic import synthetic_register as synthetic_register
    from gisintegration.reported import fetch_pxweb as fetch_pxweb
    from gisintegration.reported import read_reported as read_reported
    from gisintegration.reported import ready_mappings as ready_mappings
    from gisintegration.tables import Indicator as Indicator
    from gisintegration.tables import ProtectedTable as ProtectedTable
    from gisintegration.tables import RawTable as RawTable
    from gisintegration.tables import Release as Release

# Where each public name lives; the same names as above, which only a type checker reads.
_NAMES: dict[str, str] = {
    "areas": "AreaDivision check_coverage check_file groups levels load_areas read_areas read_key",
    "change": "Crosswalk Relations compare load_crosswalk series_breaks stable_areas",
    "change.crosswalk_make": "crosswalk",
    "change.crosswalk_preview": "preview_crosswalks",
    "change.recalculate": "recalculate",
    "database": "ReleaseDiff ReleaseInfo Store StoreCheck open_store select_release",
    "database.coverage": "coverage",
    "database.release": "release",
    "database.validation": "Limits Validation validate",
    "disclosure": "Policy protect",
    "errors": "GisIntegrationError",
    "indicators": "aggregate load_constants load_indicators",
    "locate": "Places locate nearest places",
    "project": (
        "Project ProjectCheck Run check_project demo_project export exported file_name init_project "
        "list_areas locate_project open_project_release open_project_store read_project recalculate_project "
        "recalculate_table run_project"
    ),
    "publish": (
        "write_change_tables write_changes write_geopackage write_jsonstat write_layers write_parquet write_px "
        "write_tables"
    ),
    "publish.excel": "write_excel",
    "publish.powerpoint": "write_powerpoint",
    "publish.metadata": "About write_metadata",
    "publish.validation_report": "write_validation",
    "publish.webmap": "write_map",
    "registers": "Register locate_register propose_crs read_register",
    "registers.synthetic": "synthetic_register",
    "reported": "fetch_pxweb read_reported ready_mappings",
    "tables": "Indicator ProtectedTable RawTable Release",
}
_HOMES = {name: room for room, names in _NAMES.items() for name in names.split()}

__all__ = sorted([*_HOMES, "__version__"])  # noqa: PLE0605 — names, sorted


class _Facade(ModuleType):
    """The package, in which a verb is not hidden by the room of the same name (``locate``)."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _HOMES and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    room = _HOMES.get(name)
    if room is None:
        raise AttributeError(f"module 'gisintegration' has no attribute '{name}'")
    value = getattr(import_module(f"gisintegration.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


sys.modules[__name__].__class__ = _Facade
