"""A map as a picture: areas painted by class, with a pattern for every state, as QGIS and the web map show them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from rasterio import Affine
from rasterio.features import rasterize
from scipy import ndimage

from gisintegration.publish.office import extra
from gisintegration.publish.qml.symbols import WHITE, Fill, border_width

_FINER = 2  # the picture is painted so many times finer, and then averaged
_DPI = 200
_MM = _DPI / 25.4 * _FINER
_KOMMUN_BORDER, _COAST = "#3d4a52", "#9aa0a3"


@dataclass(frozen=True)
class Canvas:
    """Which area lies under each fine pixel of a picture.

    Parameters
    ----------
    ids
        Positions of the areas, from 1; 0 where there is none.
    box
        West, south, east, north of the picture in metres.
    """

    ids: npt.NDArray[np.int32]
    box: tuple[float, float, float, float]


def canvas(shapes: gpd.GeoSeries, *, inches: tuple[float, float]) -> Canvas:
    """A picture of at most that size, with the proportions of the areas; None among the shapes is not painted.

    Parameters
    ----------
    inches
        Width and height there is room for.
    """
    known = np.flatnonzero(shapes.notna().to_numpy())
    west, south, east, north = (float(edge) for edge in shapes.iloc[known].total_bounds)
    metres = max((east - west) / (inches[0] * _DPI), (north - south) / (inches[1] * _DPI)) / _FINER * 1.01
    columns, rows = (int(np.ceil(length / metres / _FINER)) * _FINER for length in (east - west, north - south))
    middle = (west + east) / 2, (south + north) / 2
    box = (
        middle[0] - columns * metres / 2,
        middle[1] - rows * metres / 2,
        middle[0] + columns * metres / 2,
        middle[1] + rows * metres / 2,
    )
    ids = rasterize(
        ((shapes.iloc[i], int(i) + 1) for i in known),
        out_shape=(rows, columns),
        transform=Affine(metres, 0.0, box[0], 0.0, -metres, box[3]),
        dtype="int32",
    )
    return Canvas(ids, box)


def painted(
    drawn: Canvas,
    fills: Sequence[Fill],
    *,
    overlays: Sequence[Fill | None] = (),
    groups: npt.NDArray[np.int64] | None = None,
) -> bytes:
    """The picture as PNG, transparent where there is no area; the same input gives the same bytes.

    Parameters
    ----------
    fills
        Of each area.
    overlays
        A pattern over the fill, for areas that have one.
    groups
        A number for each area, the same for those of one kommun, whose borders are then drawn darker.
    """
    ids = drawn.ids
    image = _colours([fill.color or WHITE for fill in fills])[ids]
    for fill, chosen in _patterns(fills, overlays):
        mask = chosen[ids]
        for ink, width in ((fill.halo, 2.2 * fill.width), (fill.ink, fill.width)):
            if ink:
                image[mask & _pattern(fill, width, ids.shape)] = _rgb(ink)
    inner = _between(ids) & (ids > 0)
    image[_wide(inner, border_width(len(fills))) & (ids > 0)] = _rgb(WHITE)
    if groups is not None:
        numbers = np.concatenate([[0], groups])[ids]
        for colour, width in ((WHITE, 0.55), (_KOMMUN_BORDER, 0.22)):
            image[_wide(_between(numbers) & (ids > 0), width) & (ids > 0)] = _rgb(colour)
    coast = _wide(_between((ids > 0).astype(np.int32)), 0.2)
    image[coast] = _rgb(_COAST)
    opaque = ((ids > 0) | coast).astype(np.uint8) * 255
    return _png(np.dstack([image, opaque]))


def _patterns(fills: Sequence[Fill], overlays: Sequence[Fill | None]) -> list[tuple[Fill, npt.NDArray[np.bool_]]]:
    """Each pattern that occurs, and which areas have it; overlays last."""
    found: dict[tuple[bool, Fill], npt.NDArray[np.bool_]] = {}
    for over, given in ((False, fills), (True, overlays)):
        for i, fill in enumerate(given, start=1):
            if fill is not None and fill.pattern != "none":
                found.setdefault((over, fill), np.zeros(len(fills) + 1, dtype=np.bool_))[i] = True
    return [(fill, chosen) for (_, fill), chosen in found.items()]


def _pattern(fill: Fill, width: float, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Where lines or dots run, over the whole picture."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    every, thick = fill.distance * _MM, max(width * _MM, 1.0)
    if fill.pattern == "dots":
        across, down = (np.abs((axis % every) - every / 2) for axis in (x + np.zeros_like(y), y + np.zeros_like(x)))
        dots: npt.NDArray[np.bool_] = across**2 + down**2 <= (thick / 2) ** 2
        return dots
    angle = np.deg2rad(fill.angle)
    along = x * np.sin(angle) + y * np.cos(angle)
    lines: npt.NDArray[np.bool_] = np.asarray(along % every < thick)
    return lines


def _between(numbers: npt.NDArray[np.int32] | npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    edge = np.zeros(numbers.shape, dtype=np.bool_)
    edge[:, :-1] |= numbers[:, :-1] != numbers[:, 1:]
    edge[:-1] |= numbers[:-1] != numbers[1:]
    return edge


def _wide(edge: npt.NDArray[np.bool_], millimetres: float) -> npt.NDArray[np.bool_]:
    size = max(round(millimetres * _MM), 1)
    if size == 1:
        return edge
    wider: npt.NDArray[np.bool_] = ndimage.maximum_filter(edge, size=size)
    return wider


def _colours(hexadecimal: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.array([_rgb(WHITE), *(_rgb(colour) for colour in hexadecimal)], dtype=np.uint8)


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def _png(fine: npt.NDArray[np.uint8]) -> bytes:
    rows, columns = fine.shape[0] // _FINER, fine.shape[1] // _FINER
    parts = fine.reshape(rows, _FINER, columns, _FINER, 4).astype(np.uint16)
    coarse = ((parts.sum(axis=(1, 3)) + _FINER**2 // 2) // _FINER**2).astype(np.uint8)
    stream = io.BytesIO()
    extra("PIL.Image").fromarray(coarse, "RGBA").save(stream, "PNG", optimize=True)
    return stream.getvalue()
