"""The demo: a synthetic register of Göteborgsregionen, and the run on it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from gisintegration.areas import load_areas
from gisintegration.areas.load import REGION
from gisintegration.errors import InputError
from gisintegration.files import atomic
from gisintegration.progress import ProgressOption, part, reporter
from gisintegration.project.run import Run, run_project
from gisintegration.project.settings import FILE_NAME, read_project
from gisintegration.registers.synthetic import synthetic_register

YEARS = range(2018, 2025)
_SYNTHETIC_PART = 0.3

_TEXT = """# Written by gisintegration demo, anew each time: copy the folder to keep changes of your own.
# The persons do not exist; per DeSO 2018 their numbers in 2022 are those of SCB's published tables.

[project]
name = "{region}"
organisation = "gisintegration demo"
source = "SCB"
language = "{language}"
synthetic = true

[register]
paths = ["register/*/persons.parquet"]
crs = "EPSG:3006"

[areas."deso/2018"]
years = "2018-2023"

[areas."deso/2025"]
years = "2024"

[levels]
by = ["deso", "regso", "kommun", "region"]
region = "{region}"

[indicators]
# A few of each subject; "all" makes every one of the library's.
use = [
    "population", "foreign_born_share", "foreign_background_share", "domestic_net_migration",
    "employed_share", "registered_unemployed_share", "still_employed_share", "low_education_share",
    "upper_secondary_eligible_share", "neet_20_25_share", "rental_share", "overcrowded_share",
    "housing_segregation_index", "disposable_income_mean", "disposable_income_median",
    "low_economic_standard_share", "social_assistance_ratio", "assistance_or_unemployment_share",
    "socioeconomic_index", "area_type", "sick_days_mean", "turnout_riksdag",
]
crossings = false
constants = "synthetic"

[output]
formats = ["csv"]
maps = [
    {{ indicator = "employed_share", level = "deso" }},
    {{ indicator = "low_economic_standard_share", level = "regso" }},
    {{ indicator = "foreign_background_share", level = "kommun" }},
]
"""


def demo_project(
    folder: str | Path = "demo",
    *,
    share: float = 1.0,
    seed: int = 1,
    language: Literal["sv", "en"] = "sv",
    progress: ProgressOption = None,
) -> Run:
    """Make the demo: project file, synthetic register, and the run.

    Parameters
    ----------
    folder
        Everything is written here; what an earlier demo wrote is replaced.
    share
        Part of the households to draw, in (0, 1]; below 1 the published numbers are not met.
    seed
        Of the synthetic register; the same seed gives the same bytes.
    language
        Of titles, legends and tables.

    Raises
    ------
    InputError
        The folder holds a project file that the demo did not write, or an option is out of range.
    """
    report = reporter(progress)
    folder = Path(folder)
    path = folder / FILE_NAME
    first = _TEXT.partition("\n")[0]
    if path.exists() and not path.read_text(encoding="utf-8").startswith(first):
        raise InputError(f"{path} is a project of your own.", hint="choose another folder: --folder demo2.")
    report(0.0, "Drawing persons who do not exist")
    synthetic_register(
        folder / "register",
        areas_2018=load_areas("deso/2018"),
        areas_2025=load_areas("deso/2025"),
        years=YEARS,
        seed=seed,
        share=share,
        progress=part(report, 0.0, _SYNTHETIC_PART),
    )
    with atomic(path) as temporary:
        temporary.write_text(_TEXT.format(region=REGION, language=language), encoding="utf-8", newline="\n")
    return run_project(read_project(path), progress=part(report, _SYNTHETIC_PART, 1.0))
