"""``report.pdf``: pages of A4, tagged, set by typst from ``reports/templates/report.typ``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reports import blocks, grid, svg
from reports.blocks import Block, Bullets, Grid, Picture, Section, Table, Text
from reports.content import Content
from reports.html import TEMPLATES
from reports.told import Cell, LineTold
from reports.typeset import breakable, in_font, pdf

_TEMPLATE = TEMPLATES / "report.typ"
_FRESH = ("missing", "worst", "roles", "nations", "lines", "gaps", "tours", "caveats", "appendix")
"""Sections that begin a page."""


def write(content: Content) -> dict[str, str | bytes]:
    """Return the file of this format."""
    return {"report.pdf": pdf(_TEMPLATE, told(content))}


def told(content: Content) -> dict[str, Any]:
    """Return what the template shows, as plain values."""
    origin = content.origin
    head = [content.scenario, f"Run {origin.run}, inputs {origin.input_hash}"]
    return {
        "title": f"{breakable(content.title)}: gap report",
        "name": _short(content.title, 60),
        "marking": _short(content.classification, 160),
        "unproven": content.unproven,
        "run": f"Run {origin.run}, inputs {origin.input_hash[:16]}",
        "head": [breakable(each) for each in head if each],
        "shades": svg.SHADES,
        "sections": [_section(each) for each in blocks.sections(content)],
    }


def _short(text: str, most: int) -> str:
    return breakable(text if len(text) <= most else f"{text[: most - 1]}…")


def _section(section: Section) -> dict[str, Any]:
    shown = [_block(each) for each in section.blocks]
    return {"title": section.title, "breaks": section.name in _FRESH, "blocks": shown}


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"kind": "text", "text": breakable(block.text), "level": block.level}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "items": [breakable(each) for each in block.items]}
    if isinstance(block, Table):
        rows = [[breakable(cell) for cell in row] for row in block.rows]
        return {"kind": "table", **asdict(block), "rows": rows, "weights": block.weights}
    if isinstance(block, Picture):
        alt = svg.described(block.drawing)
        drawing = in_font(block.drawing)
        return {
            "kind": "picture",
            "title": breakable(block.title),
            "drawing": drawing,
            "alt": alt,
            "width": min(1, 0.42 / svg.tall(drawing)),
        }
    return _grid(block)


def _grid(block: Grid) -> dict[str, Any]:
    content = block.content
    over = grid.columns(content)
    rows: list[dict[str, Any]] = []
    for role, lines in grid.by_role(content):
        rows.append({"label": breakable(role), "cells": None})
        rows += [
            {
                "label": breakable(f"{line.priority}  {line.line} {line.title}"),
                "cells": [_cell(line, cell) for cell in grid.cells(line, over)],
            }
            for line in lines
        ]
    return {
        "kind": "grid",
        "caption": "Missing units by line and month",
        "size": 7 if len(over) <= 30 else 5.5,
        "months": [column.label for column in over],
        "moves": [i for i, column in enumerate(over) if i and grid.moved(content, column)],
        "rows": rows,
    }


def _cell(line: LineTold, cell: Cell | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    arrow = {"": "", "better": "▲", "worse": "▼"}[cell.shift]
    return {
        "shade": svg.shade(cell.share),
        "text": arrow + blocks.mark(cell),
        "framed": bool(cell.missing) and grid.below_minimum(line, cell),
    }
