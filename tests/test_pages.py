"""``report.pdf``: its text, its marks on every page, and that it is the same bytes each time."""

from __future__ import annotations

import dataclasses
import io
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader

from reports import gathered, pdf, typeset
from reports.content import Content
from tests.test_html import HOSTILE, compared, hostile, large, run_of_nothing
from tests.test_reports import run_of, write_case


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return compared(tmp_path_factory.mktemp("good"))


def read(content: Content) -> PdfReader:
    raw = pdf.write(content)["report.pdf"]
    assert isinstance(raw, bytes)
    return PdfReader(io.BytesIO(raw))


def bare(text: str) -> str:
    """Return the text without what setting it in lines changes."""
    kept = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return "".join("".join(kept).split())


def test_marking_and_missing_proof_stand_on_every_page(bad: Content, good: Content) -> None:
    for content, marking, notice in ((bad, HOSTILE[0], True), (good, "TEST RESTRICTED", False)):
        pages = read(content).pages
        assert len(pages) > 3
        for page in pages:
            text = bare(page.extract_text())
            assert text.count(bare(marking)) >= 2
            assert ("NOTPROVEN" in text) == notice


def test_text_of_the_case_is_shown_as_it_is_and_never_run(bad: Content) -> None:
    text = bare("".join(page.extract_text() for page in read(bad).pages))
    for each in (*HOSTILE[:3], HOSTILE[5], HOSTILE[6]):
        assert bare(each) in text


def test_markup_of_the_page_setter_means_nothing_in_a_name(good: Content) -> None:
    name = '#panic("x") *a* _b_ $c$ @d <e> `f` \\ // [g] = h'
    text = bare(read(dataclasses.replace(good, title=name)).pages[0].extract_text())
    assert bare(name) in text


def test_the_pdf_keeps_the_standard_of_accessible_ones(good: Content) -> None:
    # Typst refuses what breaks the standard: a picture without a description, a letter that no
    # font has, a heading that is skipped.
    raw = typeset.pdf(pdf._TEMPLATE, pdf.told(good), ["ua-1"])
    root = PdfReader(io.BytesIO(raw)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert root["/Lang"] == "en"  # type: ignore[index]


def test_the_pdf_is_the_same_bytes_each_time_and_has_no_date(bad: Content) -> None:
    assert pdf.write(bad) == pdf.write(bad)
    assert not {"/CreationDate", "/ModDate"} & set(read(bad).metadata or ())


def test_only_our_own_letters_are_used_cyrillic_and_hebrew_among_them(bad: Content) -> None:
    reader = read(dataclasses.replace(bad, title="Багатонаціональні сили"))
    assert "Багатонаціональні" in reader.pages[0].extract_text()
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert fonts
    assert all("DejaVuSansCondensed" in each for each in fonts)


def test_two_hundred_lines_over_three_years_still_fit(tmp_path: Path) -> None:
    told = pdf.told(gathered.content(run_of_nothing(large(tmp_path, 200, 36), tmp_path)))
    told["sections"] = [each for each in told["sections"] if each["title"].startswith("Missing")]
    assert len(told["sections"][0]["blocks"][1]["months"]) == 36
    raw = typeset.pdf(pdf._TEMPLATE, told)
    # Forty rows and more on a page: no row has broken into two lines, and none is lost.
    assert 5 <= len(PdfReader(io.BytesIO(raw)).pages) <= 6


def test_pictures_become_pictures_of_dots_in_order(tmp_path: Path) -> None:
    from reports import pictures

    content = gathered.content(run_of(write_case(tmp_path), tmp_path).report)
    drawings = [pictures.headquarters(content), pictures.by_role(content)]
    many = typeset.png(drawings, 72)
    assert [each[:4] for each in many] == [b"\x89PNG"] * 2
    assert typeset.png(drawings[:1], 72) == many[:1]
    assert typeset.png([]) == []
