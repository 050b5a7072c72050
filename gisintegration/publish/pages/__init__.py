"""Pages about a release: templates without a script, filled and made whole in one file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

_HERE = files("gisintegration.publish.pages")
_TEMPLATES = ("validation.html", "quality.html")
# Nothing may be fetched and nothing runs, whatever stands in the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(template: str, **content: Any) -> str:
    """A page: every text in it is escaped."""
    style = Markup(_HERE.joinpath("page.css").read_text(encoding="utf-8"))  # noqa: S704 — our own file
    return _environment().get_template(template).render(style=style, policy=POLICY, **content) + "\n"


@cache
def _environment() -> Environment:
    texts = {name: _HERE.joinpath(name).read_text(encoding="utf-8") for name in _TEMPLATES}
    return Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
