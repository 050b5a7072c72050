"""The layer catalogue: one TOML file for each division edition and each published layer."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from gisintegration.errors import InputError


class Bundled(BaseModel):
    """A file that comes with the toolkit, beside ``gisintegration/data``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    code_column: str
    region: str = ""
    note: str = ""


class DivisionLayer(BaseModel):
    """What is known of one edition of a division: its title, source, columns, years and official count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["division"]
    division: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    edition: str = Field(pattern=r"^\d{4}$")
    title: dict[Literal["sv", "en"], str]
    source: str
    licence: str
    code_column: str
    name_column: str | None = None
    crs: str = Field(pattern=r"^EPSG:\d+$")
    geometry: Literal["Polygon", "MultiPolygon"]
    years: tuple[int | None, int | None]
    years_note: str = ""
    count: int = Field(gt=0)
    parents: dict[str, str] = Field(default_factory=dict)
    made_of: str | None = None
    wfs_layer: str | None = None
    bundled: Bundled | None = None
    land: Bundled | None = None

    @field_validator("years", mode="before")
    @classmethod
    def _open_end(cls, value: object) -> object:
        return (value[0], None) if isinstance(value, list) and len(value) == 1 else value

    @property
    def key(self) -> str:
        """``deso/2025``."""
        return f"{self.division}/{self.edition}"


class PublishedLayer(BaseModel):
    """How a layer that the toolkit writes is titled, classed and styled; further fields belong to who writes it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Literal["published"]
    name: str
    title: dict[Literal["sv", "en"], str]

    @property
    def key(self) -> str:
        """The layer's name."""
        return self.name


Layer = DivisionLayer | PublishedLayer
_MODELS: dict[str, type[DivisionLayer | PublishedLayer]] = {
    "division": DivisionLayer,
    "published": PublishedLayer,
}


def catalogue_folder() -> Path:
    """Where the catalogue lies: inside the package when installed, else ``layers`` beside it.

    Raises
    ------
    InputError
        Neither exists: the installation is broken.

    Examples
    --------
    >>> (catalogue_folder() / "deso_2025.toml").exists()
    True
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "catalogue", package.parent.parent / "layers"):
        if any(folder.glob("*.toml")):
            return folder
    raise InputError("The layer catalogue was not found in the installation.", hint="install gisintegration again.")


def entries() -> tuple[DivisionLayer, ...]:
    """Every division edition in the catalogue, by key.

    Examples
    --------
    >>> [entry.key for entry in entries()][:2]
    ['deso/2018', 'deso/2025']
    """
    return tuple(layer for layer in _catalogue().values() if isinstance(layer, DivisionLayer))


def published() -> tuple[PublishedLayer, ...]:
    """Every published layer in the catalogue, by name.

    Examples
    --------
    >>> all(layer.kind == "published" for layer in published())
    True
    """
    return tuple(layer for layer in _catalogue().values() if isinstance(layer, PublishedLayer))


def entry(key: str) -> DivisionLayer:
    """One division edition.

    Raises
    ------
    InputError
        The catalogue has no such edition.

    Examples
    --------
    >>> entry("deso/2025").count, entry("deso/2018").years
    (6160, (2010, 2023))
    """
    found = _catalogue().get(key)
    if not isinstance(found, DivisionLayer):
        raise InputError.unknown("division edition", key, [layer.key for layer in entries()], where="the catalogue")
    return found


def read_entry(path: str | Path) -> Layer:
    """Read and check one catalogue file.

    Raises
    ------
    InputError
        The file is not TOML, or a field is missing, unknown or of the wrong form; every one is listed.
    """
    path = Path(path)
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a TOML file: {error}.", hint="correct the line it names.") from error
    model = _MODELS.get(str(content.get("kind")))
    if model is None:
        raise InputError.unknown("kind of layer", content.get("kind"), _MODELS, where=str(path))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        failures = [
            {"field": ".".join(str(part) for part in item["loc"]), "problem": item["msg"]} for item in error.errors()
        ]
        raise InputError(
            f"{path} does not describe a layer.", hint="compare with layers/deso_2025.toml.", failures=failures
        ) from error


@cache
def _catalogue() -> dict[str, Layer]:
    found: dict[str, Layer] = {}
    for path in sorted(catalogue_folder().glob("*.toml")):
        layer = read_entry(path)
        if layer.key in found:
            raise InputError(f"{path} describes {layer.key}, which another file already does.", hint="remove one.")
        found[layer.key] = layer
    return dict(sorted(found.items()))
