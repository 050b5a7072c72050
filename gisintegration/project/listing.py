"""What the catalogue knows of editions, as rows."""

from __future__ import annotations

from typing import Any

from gisintegration.areas.load import REGION
from gisintegration.layers import entries, entry


def list_areas() -> list[dict[str, Any]]:
    """One row an edition of the catalogue: title, data years, official number of areas, and the region bundled.

    Examples
    --------
    >>> row = list_areas()[1]
    >>> row["edition"], row["years"], row["areas"], row["bundled"]
    ('deso/2025', '2024–', 6160, 'Göteborgsregionen')
    """
    return [
        {
            "edition": layer.key,
            "title": layer.title["sv"],
            "years": f"{layer.years[0] or ''}–{layer.years[1] or ''}",
            "areas": layer.count,
            "bundled": REGION if layer.bundled or (layer.made_of and entry(layer.made_of).bundled) else None,
        }
        for layer in entries()
    ]
