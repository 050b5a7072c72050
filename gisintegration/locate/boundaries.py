"""The boundaries of a division as arrays of vertices, and their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
_POLYGON = 3


@dataclass(frozen=True)
class Boundaries:
    """Rings of polygons, one after the other.

    Parameters
    ----------
    vertices
        Shape (n, 2); rings are closed. An edge goes from a vertex to the next.
    owner
        Position of the polygon whose edge starts at each vertex, ascending; −1 where a ring ends, and for edges of no
        length.
    """

    vertices: Floats
    owner: Ints

    def digest(self) -> str:
        """SHA-256 of the rings and whose they are, in hexadecimal."""
        digest = hashlib.sha256(np.int64(len(self.owner)).tobytes())
        digest.update(self.vertices.data)
        digest.update(self.owner.data)
        return digest.hexdigest()


def boundaries(polygons: npt.NDArray[np.object_]) -> Boundaries:
    """The rings of some polygons; None and empty ones have none, and points and lines among them are left out."""
    parts, polygon = shapely.get_parts(polygons, return_index=True)
    areal = shapely.get_type_id(parts) == _POLYGON
    parts, polygon = parts[areal], polygon[areal]
    rings, part = shapely.get_rings(parts, return_index=True)
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    owner = polygon[part[ring]].astype(np.int32)
    last = np.ones(len(ring), dtype=bool)
    last[:-1] = (ring[1:] != ring[:-1]) | np.all(vertices[1:] == vertices[:-1], axis=1)
    owner[last] = -1
    return Boundaries(np.ascontiguousarray(vertices), owner)


def content_hash(codes: Iterable[str], polygons: npt.NDArray[np.object_]) -> str:
    """Hash of areas' codes and polygons in their order, 16 hexadecimal digits: what positions in them depend on.

    Examples
    --------
    >>> square = np.array([shapely.box(0, 0, 1, 1), None])
    >>> content_hash(["a", "b"], square) == content_hash(["b", "a"], square)
    False
    """
    digest = hashlib.sha256("\n".join(codes).encode())
    for count in (shapely.get_num_geometries(polygons), shapely.get_num_coordinates(polygons)):
        digest.update(count.astype(np.int64).tobytes())
    digest.update(shapely.get_coordinates(polygons).data)
    return digest.hexdigest()[:16]
