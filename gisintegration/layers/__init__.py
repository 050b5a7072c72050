"""The layer catalogue: what is known of every division edition and published layer, as data."""

from gisintegration.layers.catalogue import (
    Bundled,
    DivisionLayer,
    Layer,
    PublishedLayer,
    catalogue_folder,
    entries,
    entry,
    published,
    read_entry,
)

__all__ = [
    "Bundled",
    "DivisionLayer",
    "Layer",
    "PublishedLayer",
    "catalogue_folder",
    "entries",
    "entry",
    "published",
    "read_entry",
]
