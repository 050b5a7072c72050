"""Parts of a deck: an empty 16:9 presentation, text boxes, notes, and a file with the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gisintegration.publish.office import extra, made_at
from gisintegration.publish.words import Language

WIDTH, HEIGHT = 13.333, 7.5
LEFT, RIGHT = 0.55, 12.78
INK, PALE, DEEP = "1F2A30", "5A666E", "0D3B52"
_LANGUAGE = {"sv": "sv-SE", "en": "en-GB"}
_TITLE_SLIDE, _TITLE_ONLY = 0, 5
_PROPERTY = 255  # letters that a property of a file holds
_ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)


class Deck:
    """A presentation with two layouts, a title slide and a title alone, and no placeholder that is left empty."""

    def __init__(self, language: Language, *, title: str, author: str, subject: str) -> None:
        self._language = language
        self.presentation = extra("pptx").Presentation()
        self._util = extra("pptx.util")
        self._widen()
        core = self.presentation.core_properties
        core.title, core.subject = plain(title)[:_PROPERTY], plain(subject)[:_PROPERTY]
        core.author = core.last_modified_by = plain(author)[:_PROPERTY]
        core.language, core.revision = _LANGUAGE[language], 1
        core.created = core.modified = made_at().replace(tzinfo=None)
        core.comments = core.keywords = core.category = ""

    def inches(self, length: float) -> int:
        """A length in the file's unit."""
        return int(self._util.Inches(length))

    def points(self, size: float) -> int:
        """A text size in the file's unit."""
        return int(self._util.Pt(size))

    def slide(self, title: str, *, first: bool = False) -> Any:
        """A new slide with its title."""
        layout = self.presentation.slide_layouts[0 if first else 1]
        slide = self.presentation.slides.add_slide(layout)
        for shape in list(slide.placeholders):
            if shape.placeholder_format.type not in _title_types():
                shape._element.getparent().remove(shape._element)  # noqa: SLF001  there is no other way to remove one
        frame = slide.shapes.title.text_frame
        frame.word_wrap = True
        self._fill(frame, [[(title, {"size": 36 if first else _title_size(title), "bold": True, "color": DEEP})]])
        frame.paragraphs[0].alignment = extra("pptx.enum.text").PP_ALIGN.LEFT
        return slide

    def text(
        self,
        slide: Any,
        lines: Sequence[Sequence[tuple[str, dict[str, Any]]]],
        box: tuple[float, float, float, float],
        *,
        bottom: bool = False,
        right: bool = False,
    ) -> Any:
        """A text box.

        Parameters
        ----------
        lines
            Paragraphs of (text, look); looks are ``size`` (points), ``bold``, ``color`` and ``after`` (points of room).
        box
            Left, top, width and height in inches.
        """
        shape = slide.shapes.add_textbox(*(self.inches(length) for length in box))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        enum = extra("pptx.enum.text")
        if bottom:
            frame.vertical_anchor = enum.MSO_ANCHOR.BOTTOM
        self._fill(frame, lines)
        if right:
            for paragraph in frame.paragraphs:
                paragraph.alignment = enum.PP_ALIGN.RIGHT
        return shape

    def notes(self, slide: Any, lines: Sequence[str]) -> None:
        """Speaker notes."""
        slide.notes_slide.notes_text_frame.text = "\n".join(plain(line) for line in lines)

    def save(self, path: Path) -> None:
        """Write the file; nothing in it tells when or where."""
        stream = io.BytesIO()
        self.presentation.save(stream)
        with zipfile.ZipFile(stream) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as fixed:
            for name in made.namelist():
                about = zipfile.ZipInfo(name, _ZIP_MOMENT)
                about.compress_type = zipfile.ZIP_DEFLATED
                fixed.writestr(about, made.read(name))

    def _fill(self, frame: Any, lines: Sequence[Sequence[tuple[str, dict[str, Any]]]]) -> None:
        colour = extra("pptx.dml.color").RGBColor
        for i, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            for text, look in line:
                run = paragraph.add_run()
                run.text = plain(text)
                run.font.size, run.font.bold = self.points(look.get("size", 14)), look.get("bold", False)
                run.font.color.rgb = colour.from_string(look.get("color", INK))
                run._r.get_or_add_rPr().set("lang", _LANGUAGE[self._language])  # noqa: SLF001  not every tag has a name
                if "after" in look:
                    paragraph.space_after = self.points(look["after"])

    def _widen(self) -> None:
        """Make the default 4:3 presentation 16:9, and keep two of its layouts."""
        made = self.presentation
        wider = WIDTH * 914_400 / made.slide_width
        made.slide_width, made.slide_height = self.inches(WIDTH), self.inches(HEIGHT)
        layouts = list(made.slide_layouts)
        for i, layout in enumerate(layouts):
            if i not in (_TITLE_SLIDE, _TITLE_ONLY):
                made.slide_layouts.remove(layout)
        for holder in (made.slide_master, *made.slide_layouts):
            for shape in holder.placeholders:
                if shape.left is not None:
                    shape.left, shape.width = int(shape.left * wider), int(shape.width * wider)
        enum = extra("pptx.enum.text")
        boxes = ((LEFT, 2.1, 11.5, 1.5), (LEFT, 0.35, RIGHT - LEFT, 0.95))
        for layout, box in zip(made.slide_layouts, boxes, strict=True):
            for shape in layout.placeholders:
                if shape.placeholder_format.type in _title_types():
                    shape.left, shape.top, shape.width, shape.height = (self.inches(length) for length in box)
                    shape.text_frame.vertical_anchor = enum.MSO_ANCHOR.BOTTOM if box[1] > 1 else enum.MSO_ANCHOR.MIDDLE
                    shape.text_frame.margin_left = shape.text_frame.margin_right = 0
        for relation, link in list(made.part.package._rels.items()):  # noqa: SLF001  the picture of an empty deck
            if link.reltype.endswith("/thumbnail"):
                made.part.package._rels.pop(relation)  # noqa: SLF001  as above


def describe(shape: Any, text: str) -> None:
    """What a screen reader says of a picture or chart."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", plain(text))  # noqa: SLF001  there is no other way to say it


def without_effects(shape: Any) -> None:
    """A drawn shape without the theme's shadow, in every program."""
    for style in shape._element.xpath("./p:style"):  # noqa: SLF001  there is no other way to be rid of it
        style.getparent().remove(style)


def _title_types() -> tuple[Any, Any]:
    kinds = extra("pptx.enum.shapes").PP_PLACEHOLDER
    return kinds.TITLE, kinds.CENTER_TITLE


def _title_size(title: str) -> int:
    return 28 if len(title) <= 75 else 24 if len(title) <= 120 else 20


def plain(text: str) -> str:
    r"""The text without characters that XML cannot hold.

    Examples
    --------
    >>> plain("a\x0bb")
    'ab'
    """
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\N{NO-BREAK SPACE}")
