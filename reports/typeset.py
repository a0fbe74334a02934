"""Typst, which sets pages and draws pictures: without the network, with the fonts that we ship."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).parent / "fonts"
_FAMILY = "DejaVu Sans"
_PAGES = b"""
#set page(width: auto, height: auto, margin: 0pt)
#set document(date: none)
#for drawing in json(bytes(sys.inputs.data)) {
  page(image(bytes(drawing), format: "svg", width: 720pt))
}
"""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _set(source: bytes, data: Any, form: Any, **more: Any) -> Any:
    given = {"data": json.dumps(data, ensure_ascii=False)}
    return typst.compile(
        source,
        format=form,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=given,
        **more,
    )


def pdf(template: Path, data: Any, standards: Sequence[Any] = ()) -> bytes:
    """Return a tagged PDF; the template finds the data, as JSON, in ``sys.inputs.data``.

    The page only sees plain values: no text in the data is ever markup. The bytes follow from
    template and data alone.
    """
    made: bytes = _set(template.read_bytes(), data, "pdf", pdf_standards=list(standards))
    return made


def png(drawings: Sequence[str], dots: float = 144) -> list[bytes]:
    """Return drawings in SVG as pictures of 720 points width, so many dots an inch."""
    if not drawings:
        return []
    made = _set(_PAGES, [in_font(each) for each in drawings], "png", ppi=dots)
    return made if isinstance(made, list) else [made]


def in_font(drawing: str) -> str:
    """Return a drawing in our font: nothing else stands for ``sans-serif`` here."""
    return drawing.replace('font-family="sans-serif"', f'font-family="{_FAMILY}"')


def breakable(text: str) -> str:
    """Return a text in which words that are too long for a column may be broken."""
    return re.sub(r"\S{24}(?=\S)", "\\g<0>\N{ZERO WIDTH SPACE}", text)
