"""Where every person of a project's register belongs, as one file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gisintegration import sql
from gisintegration.errors import InputError
from gisintegration.files import atomic
from gisintegration.progress import ProgressOption, part, reporter
from gisintegration.project.inputs import read_editions, read_project_register, years_asked
from gisintegration.project.settings import Project, read_project
from gisintegration.registers import place, placed_sql


def locate_project(project: Project | str | Path, to: str | Path, *, progress: ProgressOption = None) -> int:
    """Write person, year, edition, area and how it was found, for every row of the register: internal.

    Parameters
    ----------
    to
        A name that ends in ``.parquet``. ``area`` is empty for persons outside all areas.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    ProjectError, InputError
        The project or an input cannot be used.
    """
    to = Path(to)
    if to.suffix != ".parquet":
        raise InputError(f"{to} should end in .parquet.", hint=f"write to {to.with_suffix('.parquet')}.")
    project = project if isinstance(project, Project) else read_project(project)
    report = reporter(progress)
    register = read_project_register(project, progress=part(report, 0.0, 0.3))
    asked = years_asked(read_editions(project), register.years)
    placement = place(register, asked, progress=part(report, 0.3, 0.8))
    with sql.connect() as con, atomic(to) as temporary:
        parts = []
        for number, (areas, years) in enumerate(asked.items()):
            found = placement.areas[areas.key]
            codes = pa.table({"position": pa.array(range(len(found)), pa.int32()), "code": pa.array(list(found.codes))})
            con.register(f"codes_{number}", codes)
            for year in years:
                rows = placed_sql(register, placement, areas, year, ["person", "kommun"])
                parts.append(
                    f"select person, {year}::smallint as year, kommun, {sql.literal(areas.key)} as edition, "
                    f"codes.code as area, how from ({rows}) p left join codes_{number} codes on codes.position = p.area"
                )
        con.execute(
            f"copy (select * from ({' union all '.join(parts)}) order by person, year, edition) "
            f"to {sql.literal(temporary)} (format parquet, compression zstd)"
        )
        rows_written = int(pq.read_metadata(temporary).num_rows)
    report(1.0, "Located")
    return rows_written
