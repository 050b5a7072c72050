"""The written file, read back by another library: every layer must be what it was declared to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import fiona

from gisintegration.errors import OutputError
from gisintegration.publish.geopackage.schema import ROW_NUMBER, SRID, Layer

FIONA_TYPES: Mapping[str, tuple[str, ...]] = {
    "text": ("str",),
    "integer": ("int", "int64"),
    "year": ("int32",),
    "real": ("float",),
    "date": ("date",),
}


def check_layers(path: Path, layers: Sequence[Layer]) -> None:
    """Open every layer with fiona and compare columns, types, geometry type, CRS and number of rows.

    Raises
    ------
    OutputError
        A layer is not there, or differs from its declaration; every difference is listed.
    """
    present = set(fiona.listlayers(path))
    failures = [{"layer": layer.name, "problem": "not in the file"} for layer in layers if layer.name not in present]
    for layer in layers:
        if layer.name in present:
            failures += [{"layer": layer.name, "problem": problem} for problem in _differences(path, layer)]
    if failures:
        raise OutputError(
            f"{path.name} was written, read back, and is not what it should be.",
            hint="the earlier file is untouched; report this with the versions of GDAL, pyogrio and fiona.",
            failures=failures,
        )


def _differences(path: Path, layer: Layer) -> list[str]:
    with fiona.open(path, layer=layer.name) as source:
        # Some builds of GDAL list a view's row number among its columns, others do not.
        properties = {column: kind for column, kind in source.schema["properties"].items() if column != ROW_NUMBER}
        found = {column: str(kind).split(":")[0] for column, kind in properties.items()}
        problems = []
        wanted = {column: FIONA_TYPES[kind] for column, kind in layer.columns.items()}
        if list(found) != list(wanted):
            problems.append(f"columns {', '.join(found)} instead of {', '.join(wanted)}")
        problems += [
            f"column {column} is {found[column]} instead of {kinds[0]}"
            for column, kinds in wanted.items()
            if column in found and found[column] not in kinds
        ]
        geometry = "MultiPolygon" if layer.spatial else "None"
        if source.schema["geometry"] != geometry:
            problems.append(f"geometry {source.schema['geometry']} instead of {geometry}")
        if layer.spatial and source.crs.to_epsg() != SRID:
            problems.append(f"CRS {source.crs} instead of EPSG:{SRID}")
        if layer.rows is not None and len(source) != layer.rows:
            problems.append(f"{len(source)} rows instead of {layer.rows}")
    return problems
