"""``report.docx``: the report as a document to edit, on A4, with tables that are the program's own.

Pictures are drawn by typst. The bytes follow from the content alone.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor

from reports import blocks, pictures, svg
from reports.blocks import Block, Bullets, Grid, Picture, Table, Text
from reports.content import Content
from reports.office import MARK_RED, short, steady
from reports.typeset import breakable, png

_WIDE, _TALL, _MARGIN = 297, 210, 14
_ROOM = 15_250  # twentieths of a point between the margins
_DIGIT, _BOLD = 104, 120  # the same, of a digit in a table and of a letter of a heading
_WORD = 16  # letters of a word that never breaks in a table
_TALLEST = 150  # millimetres of a picture


def write(content: Content) -> dict[str, str | bytes]:
    """Return the file of this format."""
    raw = io.BytesIO()
    _Writer(content).document().save(raw)
    return {"report.docx": steady(raw.getvalue())}


class _Writer:
    """Writes the document; its pictures are all drawn at once."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.sections = list(blocks.sections(content))
        drawn = [
            picture.drawing
            for section in self.sections
            for block in section.blocks
            for picture in _pictures(block)
        ]
        self.drawn = iter(png(drawn))
        self.made: Any = Document()

    def document(self) -> Any:
        """Return the whole document."""
        made, content = self.made, self.content
        origin = content.origin
        self.prepare()
        made.add_heading(f"{breakable(content.title)}: gap report", 0)
        if content.scenario:
            made.add_paragraph(breakable(content.scenario)).runs[0].bold = True
        if content.unproven:
            self.notice(made.add_paragraph(), content.unproven)
        made.add_paragraph(breakable(f"Run {origin.run}, inputs {origin.input_hash}"))
        for section in self.sections:
            made.add_heading(section.title, 1)
            for block in section.blocks:
                self.block(block)
        return made

    def prepare(self) -> None:
        """Set page, letters, and the margins in which the marking stands."""
        made, content = self.made, self.content
        made.core_properties.title = short(f"{content.title}: gap report", 250)
        made.core_properties.author = "Muster"
        made.core_properties.comments = f"Run {content.origin.run}"
        page = made.sections[0]
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = Mm(_WIDE), Mm(_TALL)
        for side in ("left", "right", "top", "bottom"):
            setattr(page, f"{side}_margin", Mm(_MARGIN if side in ("left", "right") else 18))
        made.styles["Normal"].font.name = "Calibri"
        made.styles["Normal"].font.size = Pt(10)
        made.styles["Normal"].paragraph_format.space_after = Pt(4)
        for edge in (page.header, page.footer):
            line = edge.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            self.notice(line, short(content.classification, 160))
        if content.unproven:
            line = page.header.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            self.notice(line, content.unproven)
        line = page.footer.add_paragraph(f"Run {content.origin.run}, page ")
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"/>'))

    def notice(self, line: Any, text: str) -> None:
        """Write what must not be overlooked."""
        run = line.add_run(breakable(text))
        run.bold = True
        run.font.color.rgb = RGBColor.from_string(MARK_RED)

    def block(self, block: Block) -> None:
        """Write a block."""
        if isinstance(block, Text):
            line = self.made.add_paragraph(breakable(block.text))
            line.runs[0].bold = block.level == "strong"
            line.paragraph_format.keep_with_next = block.level == "strong"
        elif isinstance(block, Bullets):
            for each in block.items:
                self.made.add_paragraph(breakable(each), style="List Bullet")
        elif isinstance(block, Table):
            self.caption(block.caption)
            self.made.element.body.insert(len(self.made.element.body) - 1, parse_xml(_table(block)))
            self.made.add_paragraph()
        else:
            for picture in _pictures(block):
                self.picture(picture)

    def caption(self, text: str) -> None:
        """Write what stands above a table or a picture."""
        line = self.made.add_paragraph(breakable(text), style="Caption")
        line.paragraph_format.keep_with_next = True

    def picture(self, picture: Picture) -> None:
        """Write a picture, with its description for who does not see it."""
        self.caption(picture.title)
        wide = min(_WIDE - 2 * _MARGIN, _TALLEST / svg.tall(picture.drawing))
        run = self.made.add_paragraph().add_run()
        shape = run.add_picture(io.BytesIO(next(self.drawn)), width=Mm(wide))
        shape._inline.docPr.set("descr", svg.described(picture.drawing))
        shape._inline.docPr.set("title", picture.title)


def _pictures(block: Block) -> Iterator[Picture]:
    """Yield the pictures of a block; the grid has one per role, so that each fits a page."""
    if isinstance(block, Picture):
        yield block
    elif isinstance(block, Grid):
        for role, content in blocks.by_role(block.content):
            for i in range(0, len(content.lines), blocks.ROWS):
                part = blocks.some(content, i)
                title = f"Missing units, {role}{', continued' if i else ''}"
                yield Picture(title, pictures.missing_units(part))


# Tables: thousands of cells, so no library


def _table(table: Table) -> str:
    widths = _widths(table)
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    sides = ["right" if kind in ("number", "share") else "left" for kind in table.kinds]
    edge = '<w:insideH w:val="single" w:sz="4" w:color="C9D1D9"/>'
    rows = [_row(table.heads, widths, sides, head=True)]
    rows += [_row(row, widths, sides) for row in table.rows]
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{edge}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="50" w:type="dxa"/><w:right w:w="50" w:type="dxa"/>'
        f'</w:tblCellMar><w:tblCaption w:val="{_quoted(table.caption)}"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(cells: tuple[str, ...], widths: list[int], sides: list[str], head: bool = False) -> str:
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EEF1F4"/>' if head else ""
    bold = "<w:b/>" if head else ""
    said = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr><w:p><w:pPr>'
        f'<w:spacing w:after="0"/><w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>{bold}'
        f'<w:sz w:val="16"/></w:rPr><w:t xml:space="preserve">{svg.escape(breakable(cell))}</w:t>'
        "</w:r></w:p></w:tc>"
        for cell, width, side in zip(cells, widths, sides, strict=True)
    )
    properties = f"<w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>"
    return f"<w:tr>{properties}{said}</w:tr>"


def _widths(table: Table) -> list[int]:
    """Return the width of each column: what is short as wide as it is, the rest by weight.

    No column is narrower than its words, so that none breaks within one that is not long.
    """
    fixed = [
        120
        + max(
            _BOLD * _longest(head),
            _DIGIT * min(24, max((len(row[i]) for row in table.rows), default=0)),
        )
        for i, head in enumerate(table.heads)
    ]
    least = [
        120
        + max(
            _BOLD * _longest(head),
            _DIGIT * max((_longest(row[i]) for row in table.rows), default=0),
        )
        for i, head in enumerate(table.heads)
    ]
    shared = {i: weight for i, weight in enumerate(table.weights) if weight is not None}
    widths = [0 if i in shared else width for i, width in enumerate(fixed)]
    while shared:
        left = max(_ROOM - sum(widths), _ROOM // 3)
        whole = sum(shared.values())
        narrow = [i for i, weight in shared.items() if left * weight / whole < least[i]]
        for i in narrow or list(shared):
            widths[i] = least[i] if narrow else int(left * shared[i] / whole)
        shared = {} if not narrow else {i: w for i, w in shared.items() if i not in narrow}
    return widths


def _longest(text: str) -> int:
    """Return how many letters the longest word has; what is very long may be broken."""
    return min(_WORD, max(4, *map(len, f"{text} .".split())))


def _quoted(text: str) -> str:
    return svg.escape(text).replace('"', "&quot;")
