"""``report.docx`` and ``report.pptx``: what stands in them, where, and the same bytes each time."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import ImageFont
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.util import Pt
from typer.testing import CliRunner

import solve
from reports import blocks, docx, formats, pptx, verify
from reports.content import Content
from reports.typeset import FONTS
from tests.test_html import HOSTILE, compared, hostile
from tests.test_reports import write_case


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return compared(tmp_path_factory.mktemp("good"))


def document(content: Content) -> Any:
    raw = docx.write(content)["report.docx"]
    assert isinstance(raw, bytes)
    return Document(io.BytesIO(raw))


def slides(content: Content) -> list[Any]:
    raw = pptx.write(content)["report.pptx"]
    assert isinstance(raw, bytes)
    return list(Presentation(io.BytesIO(raw)).slides)


def frames(slide: Any) -> list[Any]:
    """Return every frame of text of a slide, those of cells too."""
    found = [shape.text_frame for shape in slide.shapes if shape.has_text_frame]
    tables = [shape.table for shape in slide.shapes if shape.has_table]
    return found + [cell.text_frame for table in tables for cell in table.iter_cells()]


def test_a_document_has_every_section_and_every_row_of_its_tables(good: Content) -> None:
    made = document(good)
    heads = [each.text for each in made.paragraphs if each.style.name == "Heading 1"]
    told = list(blocks.sections(good))
    assert heads == [section.title for section in told]
    tables = [each for s in told for each in s.blocks if isinstance(each, blocks.Table)]
    read = [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables]
    assert read == [[list(row) for row in (each.heads, *each.rows)] for each in tables]


def test_no_word_of_a_table_breaks_where_the_font_is_missing(good: Content) -> None:
    fonts = [
        ImageFont.truetype(FONTS / f"DejaVuSansCondensed{bold}.ttf", 80) for bold in ("-Bold", "")
    ]
    for table in document(good).tables:
        for i, row in enumerate(table.rows):
            for cell in row.cells:
                room = cell.width / 12_700 - 5  # points between the margins of the cell
                for word in cell.text.split():
                    wide = fonts[min(i, 1)].getlength(word) / 10 / 0.9
                    assert wide <= room or len(word) > 16, (cell.text, word)


def test_every_picture_of_a_document_has_a_description(good: Content) -> None:
    shapes = document(good).inline_shapes
    assert len(shapes) > 4
    said = [shape._inline.docPr.get("descr") for shape in shapes]
    assert all(said)
    assert any(each.startswith("Missing units by line and month") for each in said)


def test_marking_and_missing_proof_are_in_the_margins_of_a_document(bad: Content) -> None:
    (page,) = document(bad).sections
    header, footer = ("\n".join(p.text for p in e.paragraphs) for e in (page.header, page.footer))
    assert HOSTILE[0] in header.replace("\u200b", "")
    assert HOSTILE[0] in footer.replace("\u200b", "")
    assert "NOT PROVEN" in header


def test_text_of_the_case_stands_in_a_document_as_it_is(bad: Content) -> None:
    made = document(bad)
    cells = [c.text for t in made.tables for row in t.rows for c in row.cells]
    text = "\n".join([*cells, *(p.text for p in made.paragraphs)]).replace("\u200b", "")
    for each in (*HOSTILE[:3], *HOSTILE[5:]):
        assert each in text


def test_every_slide_has_title_marking_and_what_is_not_proven(bad: Content, good: Content) -> None:
    for content, marking, notice in ((bad, HOSTILE[0], True), (good, "TEST RESTRICTED", False)):
        for slide in slides(content):
            text = "\n".join(each.text for each in frames(slide))
            assert slide.shapes.title.text
            assert text.count(marking) >= 2
            assert ("NOT PROVEN" in text) == notice


def test_a_slide_for_each_role_has_its_chart_and_its_lines(good: Content) -> None:
    by_title = {slide.shapes.title.text.split(":")[0]: slide for slide in slides(good)}
    for role in good.roles[:-1]:
        (chart,) = [each.chart for each in by_title[role.role].shapes if each.has_chart]
        now, before = chart.plots[0].series
        assert tuple(now.values) == role.by_month
        assert tuple(before.values) == role.before_by_month
        months = chart.category_axis
        assert months.maximum_scale == len(good.months)
        assert len(good.months) / months.major_unit <= 8
        (table,) = [each.table for each in by_title[role.role].shapes if each.has_table]
        gaps = [line for line in good.lines if line.role == role.role and line.gap]
        assert len(table.rows) == 1 + len(gaps)


def test_slides_have_the_picture_of_missing_units_of_each_role_with_a_gap(good: Content) -> None:
    shown = {}
    for slide in slides(good):
        for shape in slide.shapes:
            if shape.shape_type == MSO_SHAPE_TYPE.PICTURE:
                shown[slide.shapes.title.text.split(":")[0]] = shape
    gaps = [role.role for role in good.roles[:-1] if role.gaps]
    assert list(shown) == [f"Missing units, {role}" for role in gaps]
    assert len(gaps) > 0
    for shape in shown.values():
        said = shape._element.nvPicPr.cNvPr.get("descr")
        assert said.startswith("Missing units by line and month")


def test_nothing_on_a_slide_is_small_or_overlaps_or_leaves_it(bad: Content, good: Content) -> None:
    for slide in (*slides(bad), *slides(good)):
        sizes = [r.font.size for f in frames(slide) for p in f.paragraphs for r in p.runs]
        assert all(size is not None and size >= Pt(14) for size in sizes)
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]
        for left, top, right, bottom in boxes:
            assert left >= 0
            assert top >= 0
            assert right <= pptx.WIDE * 914_400 + 9
            assert bottom <= pptx.TALL * 914_400 + 9
        # The notice of what is not proven takes from the room below a chart, never from a text.
        for one, two in combinations(boxes, 2):
            across = min(one[2], two[2]) - max(one[0], two[0])
            down = min(one[3], two[3]) - max(one[1], two[1])
            assert across <= 0 or down <= 914_400 * 0.12


def test_the_widest_letters_still_fit_their_boxes_on_a_slide(bad: Content) -> None:
    wide = "W" * 200
    content = replace(
        bad,
        title=wide,
        classification=wide,
        gaps=tuple(replace(each, title=wide) for each in bad.gaps),
        lines=tuple(replace(each, title=wide) for each in bad.lines),
        cards=tuple(replace(each, sentence=wide, authority=wide) for each in bad.cards),
    )
    for slide in slides(content):
        boxes = [(s.text_frame, s.width, s.height) for s in slide.shapes if s.has_text_frame]
        for table in [shape.table for shape in slide.shapes if shape.has_table]:
            for row in table.rows:
                pairs = zip(row.cells, table.columns, strict=True)
                boxes += [(cell.text_frame, column.width, row.height) for cell, column in pairs]
        for frame, width, height in boxes:
            assert tall(frame, width / 12_700 - 14.4) <= height / 12_700 + 1, frame.text


def tall(frame: Any, width: float) -> float:
    """Return how high the text of a frame stands, in points, in the font that is there if none."""
    high = 0.0
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            size = run.font.size.pt
            name = "DejaVuSansCondensed" + ("-Bold" if run.font.bold else "")
            font = ImageFont.truetype(FONTS / f"{name}.ttf", size)
            lines = max(1, math.ceil(font.getlength(run.text) / 0.9 / width))
            high += lines * size * 1.2
    return high


def test_documents_and_slides_are_the_same_bytes_each_time(
    bad: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["docx", "pptx"]
    then = formats.written(bad, names)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 0, 1, 0))
    assert formats.written(bad, names) == then


def test_plan_writes_the_formats_it_is_asked_for_and_verify_knows_them(tmp_path: Path) -> None:
    write_case(tmp_path / "case")
    words = ["plan", "--case", str(tmp_path / "case"), "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(solve.app, [*words, "--format", "pdf,docx,pptx"])
    assert done.exit_code == 0, done.output
    there = {each.name for each in (tmp_path / "run").iterdir()}
    assert there >= {f"report.{each}" for each in ("html", "xlsx", "md", "pdf", "docx", "pptx")}
    assert verify.verify(tmp_path / "run") == []
    (tmp_path / "run" / "report.pptx").write_bytes(b"PK")
    assert [fault.file for fault in verify.verify(tmp_path / "run")] == ["report.pptx"]
    refused = CliRunner().invoke(solve.app, [*words, "--format", "pfd"])
    assert refused.exit_code == 2
    assert "'pfd'" in refused.stderr
