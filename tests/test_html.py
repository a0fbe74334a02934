"""``report.html`` and the pictures: what stands in them, and that a browser likes them."""

from __future__ import annotations

import base64
import csv
import datetime
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from defusedxml import ElementTree
from PIL import ImageFont
from pypdf import PdfReader

from model.case import Case
from model.domain import Settings
from model.plan import Plan
from reports import blocks, formats, gathered, html, markdown, pictures, svg, words
from reports.content import Content
from reports.gap_report import GapReport
from reports.run import make_run
from reports.shape import RunOptions
from reports.typeset import FONTS
from tests import browser
from tests.test_reports import LINES, OFFERS, STARTS, YAML, Solved, run_of, write_case

HOSTILE = (
    "<script>alert(1)</script>",
    "\"' onmouseover=alert(1) x='",
    "=HYPERLINK(1)&amp;{{ 7*7 }}{% raw %}",
    "משימה ‮ مهمة",
    "🛡️" * 20,
    "x" * 200,
    "</style><b>",
)
SVG = "{http://www.w3.org/2000/svg}"


def hostile(folder: Path) -> Content:
    """Return what is told of a case whose every text is out to break a page."""
    quoted = [f'"{each.replace(chr(34), chr(34) * 2)}"' for each in HOSTILE]
    lines = LINES.replace("Battalions | <west>", quoted[0]).replace("Engineers", quoted[1])
    lines = lines.replace(",Staff,", f",{quoted[3]},").replace("a declaration", quoted[5])
    yaml = YAML.replace("Test force", f"'{HOSTILE[6]}'").replace(
        "TEST RESTRICTED", f"'{HOSTILE[0]} \\22 ; }}'"
    )
    yaml = yaml.replace("body: Parliament", f"body: '{HOSTILE[2]}'")
    yaml = yaml.replace("title: London", f"title: '{HOSTILE[4]}'")
    case = write_case(folder, lines=lines, yaml=yaml)
    return gathered.content(run_of(case, folder, status="interrupted").report)


def compared(folder: Path) -> Content:
    """Return what is told of a run against one with less."""
    case = write_case(folder)
    less = run_of(case, folder, STARTS[:-1]).report
    return gathered.content(run_of(case, folder).report, less)


def run_of_nothing(case: Case, folder: Path) -> GapReport:
    """Return the report of a plan in which nobody is anywhere."""
    plan = Plan(case, Settings(), ())
    options = RunOptions(pending="granted", gap=0.0, time_limit=1.0, seed=0)
    now = datetime.datetime.now(datetime.UTC)
    return make_run(Solved(plan, ()), [], [], [], folder, options, now).report


def text(content: Content) -> str:
    return str(html.write(content)["report.html"])


class Tags(HTMLParser):
    """Every tag with its attributes, and the texts outside of style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_page_asks_for_nothing_and_allows_nothing_but_its_own_style(tmp_path: Path) -> None:
    for content in (hostile(tmp_path / "one"), compared(tmp_path / "two")):
        page = text(content)
        seen = Tags(page)
        names = {name for name, _ in seen.tags}
        assert not names & {"script", "img", "link", "iframe", "object", "form", "base"}
        for _, attributes in seen.tags:
            assert not {"src", "style", "srcset"} & set(attributes)
            assert not any(name.startswith("on") for name in attributes)
            assert (attributes.get("href") or "#").startswith("#")
        style = page.split("<style>")[1].split("</style>")[0]
        assert not re.search(r"url\(|@import", style)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = next(a["content"] for _, a in seen.tags if "http-equiv" in a)
        assert policy == (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        )


def test_text_of_the_case_stands_in_the_page_as_it_is_written(tmp_path: Path) -> None:
    page = text(hostile(tmp_path / "case"))
    seen = " ".join(Tags(page).texts)
    for each in HOSTILE:
        assert " ".join(each.replace("\u202e", " ").split()) in " ".join(seen.split())
    assert "\u202e" not in page


def test_links_lead_to_places_in_the_page_and_no_id_is_there_twice(tmp_path: Path) -> None:
    seen = Tags(text(compared(tmp_path / "case"))).tags
    ids = [str(each["id"]) for _, each in seen if "id" in each]
    assert len(ids) == len(set(ids))
    links = {str(each["href"])[1:] for name, each in seen if name == "a"}
    assert "g1" in links
    assert links <= set(ids)


def test_the_page_is_the_same_bytes_each_time_and_small(tmp_path: Path) -> None:
    content = compared(tmp_path / "case")
    assert text(content) == text(content)
    assert len(text(content).encode()) < 100_000


def test_the_picture_shows_numbers_and_tells_states_apart_without_colour(tmp_path: Path) -> None:
    page = text(compared(tmp_path / "case"))
    grid = page.split('<table class="grid">')[1].split("</table>")[0]
    rows = {row.split("</span> ")[1][:3]: row for row in grid.split("<tr>") if "</span> " in row}
    # A half of three is missing, in six of nine months; then it is not demanded.
    assert rows["L01"].count('class="s1"') == 6
    assert rows["L01"].count(">0.5<") == 6
    # Staff: filled for six months, then one of two, which is better than the baseline's two.
    assert rows["L02"].count('class="s0"') == 6
    assert len(re.findall(r'class="(?:mv )?s2 b"><a href=#g\d>▲1<', rows["L02"])) == 3
    # The headquarters moves in month 7: a rule line from top to bottom.
    assert all(row.count("mv") == 1 for row in rows.values())


def test_a_conditional_cell_has_a_dot_a_substituted_a_stripe_and_below_minimum_a_frame(
    tmp_path: Path,
) -> None:
    yaml = YAML + "substitutions: [{offered: inf, serves: eng, rate: 1.0}]\n"
    lines = LINES.replace("inf,kyiv,poland:0.5,1,3", "inf,kyiv,poland:0.5,2,2")
    case = write_case(tmp_path / "case", lines=lines, yaml=yaml)
    starts = (
        ("ALB-LAND-1", "L01", "kyiv", 1, 1),
        ("BEL-LAND-1", "L01", "kyiv", 1, 1),
        ("ALB-LAND-1", "L03", "kyiv", 4, 1),
    )
    report = run_of(case, tmp_path / "case", starts).report
    report.gaps = []
    page = text(gathered.content(report))
    assert page.count('s0">•<i class=v>0</i>') == 3
    assert page.count('class="s0 z"><i') == 3
    assert page.count('class="s2 m"') == 3 + 1  # one more in the key


def test_marking_and_missing_proof_stand_on_screen_and_in_the_margins_of_print(
    tmp_path: Path,
) -> None:
    case = write_case(tmp_path / "case")
    report = run_of(case, tmp_path / "case", status="time_limit").report
    page = text(gathered.content(report))
    assert page.count('<p class="marking">TEST RESTRICTED') == 2
    assert page.count('<p class="open">NOT PROVEN: the time limit ended the search') == 2
    margins = page.split("</style>")[0].split("@page{", 2)[2]
    assert margins.count('content:"TEST RESTRICTED"') == 2
    assert 'content:"NOT PROVEN\\3a  the time limit' in margins
    proven = text(gathered.content(run_of(case, tmp_path / "case").report))
    assert "NOT PROVEN" not in proven


def test_every_text_says_how_to_learn_how_the_answer_moves_where_it_does_not(
    tmp_path: Path,
) -> None:
    content = compared(tmp_path)
    assert content.swing is None
    told = [
        b.text for s in blocks.sections(content) for b in s.blocks if isinstance(b, blocks.Text)
    ]
    assert words.NO_SWING in told
    assert words.NO_SWING in text(content)
    assert words.NO_SWING in str(markdown.write(content)["report.md"])


def test_a_browser_finds_nothing_wrong_and_prints_the_marking_on_every_page(
    tmp_path: Path,
) -> None:
    contents = {"hostile": hostile(tmp_path / "one"), "compared": compared(tmp_path / "two")}
    with browser.opened() as chromium:
        for name, content in contents.items():
            path = tmp_path / f"{name}.html"
            path.write_text(text(content), "utf-8")
            for scheme in ("light", "dark"):
                page = chromium.new_page(
                    color_scheme=scheme, viewport={"width": 1280, "height": 900}
                )
                asked: list[str] = []
                said: list[str] = []
                page.on("request", lambda request, to=asked: to.append(request.url))
                page.on("console", lambda message, to=said: to.append(message.text))
                page.goto(browser.address(path))
                assert asked == [browser.address(path)]
                assert said == []
                assert page.evaluate("document.documentElement.scrollWidth") <= 1280
                results = Axe().run(page)
                assert results.violations_count == 0, results.generate_report()
            page.set_viewport_size({"width": 360, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            page.pdf(path=tmp_path / f"{name}.pdf", prefer_css_page_size=True, tagged=True)
        marked = {"hostile": HOSTILE[0], "compared": "TEST RESTRICTED"}
        for name, marking in marked.items():
            for each in PdfReader(tmp_path / f"{name}.pdf").pages:
                printed = each.extract_text()
                assert printed.count(marking) >= 2
                assert ("NOT PROVEN" in printed) == (name == "hostile")


# Pictures


def test_every_picture_has_a_title_a_description_and_its_data(tmp_path: Path) -> None:
    for content in (hostile(tmp_path / "one"), compared(tmp_path / "two")):
        files = formats.written(content, ["svg"])
        assert set(files) == set(formats.FORMATS["svg"].files)
        for name in formats.PICTURES:
            drawn = str(files[f"picture-{name}.svg"])
            root = ElementTree.fromstring(drawn)
            said = [root.find(f"{SVG}{each}") for each in ("title", "desc")]
            assert all(each is not None and each.text for each in said)
            assert root.attrib["aria-labelledby"].split() == [
                e.attrib["id"] for e in said if e is not None
            ]
            assert {"width", "height"} <= set(root.attrib)
            shown = [each.text or "" for each in root.iter(f"{SVG}text")]
            assert said[0] is not None
            assert shown[0].startswith(said[0].text or "?")
            assert content.title[:8] in shown[0]
            assert not re.search(r"href|url\(|<style|<script", drawn)
            rows = list(csv.reader(io.StringIO(str(files[f"picture-{name}.csv"]))))
            assert len(rows) > 1
            assert len({len(row) for row in rows}) == 1
            assert not any(cell.startswith("=") for row in rows for cell in row)


def test_the_data_behind_the_picture_are_the_cells_of_the_run(tmp_path: Path) -> None:
    content = compared(tmp_path / "case")
    files = formats.written(content, ["svg"])
    rows = list(csv.DictReader(io.StringIO(str(files["picture-missing-units.csv"]))))
    told = {(row["line"], int(row["month"])): float(row["missing"]) for row in rows}
    assert told == {
        (line.line, cell.month): cell.missing for line in content.lines for cell in line.demanded
    }
    numbers = re.findall(
        r">(0\.5|1)</text>", str(files["picture-missing-units.svg"]).split("sans-serif")[1]
    )
    assert numbers.count("0.5") == 6


def test_the_frames_of_better_and_worse_are_explained_where_there_are_any(tmp_path: Path) -> None:
    for content, told in ((compared(tmp_path / "one"), True), (hostile(tmp_path / "two"), False)):
        for width in (960, 698):
            drawn = pictures.missing_units(content, width)
            assert (">better than before<" in drawn) == (">worse<" in drawn) == told
            ends = [
                float(x) + svg.wide(said, 10)
                for x, said in re.findall(
                    r'<text x="([\d.]+)"[^>]* font-size="10">([a-z ]+)<', drawn
                )
            ]
            assert len(ends) > 3
            assert max(ends) <= width


def large(folder: Path, lines: int, months: int) -> Case:
    rows = "".join(
        f"L{i:03},Line number {i} with a title of some length,land,inf,kyiv,,1,3,1,,{1 + i % 4},,assumed,,\n"
        for i in range(lines)
    )
    head = LINES.splitlines(keepends=True)[0]
    yaml = YAML.replace("months: 9", f"months: {months}")
    return write_case(folder, OFFERS, head + rows, yaml)


@pytest.mark.parametrize(("lines", "months", "columns"), [(200, 36, 36), (3, 1, 1), (2, 600, 5)])
def test_every_size_of_case_has_a_picture_whose_columns_can_be_read(
    tmp_path: Path, lines: int, months: int, columns: int
) -> None:
    folder = tmp_path / "case"
    report = run_of_nothing(large(folder, lines, months), folder)
    page = text(gathered.content(report))
    row = page.split('<table class="grid">')[1].split("L000 ")[1].split("<tr>")[0]
    assert row.count("<td") == columns
    assert row.count('s4 m">3') == columns


@pytest.mark.parametrize(
    "text",
    [
        "Infantry battalion group, western sector (first rotation)",
        "RECONNAISSANCE AND COMMAND, MNF-U FORWARD ELEMENT",
        "W" * 40,
        "Щоденний ЖУРНАЛ Міноборони",
        "illicit fill-in, l.i.l.",
    ],
)
def test_a_text_is_never_wider_than_it_is_taken_for(text: str) -> None:
    condensed = ImageFont.truetype(FONTS / "DejaVuSansCondensed.ttf", 100)
    assert condensed.getlength(text) / 0.9 <= 1.05 * svg.wide(text, 100)
    cut = svg.fitted(text, 1000, 100)
    assert condensed.getlength(cut) / 0.9 <= 1050


def test_a_text_of_any_length_is_cut_at_once() -> None:
    assert svg.fitted("W" * 3_000_000, 100, 10) == "WWWWWWWWW…"
    assert svg.wrapped("W" * 3_000_000, 100, 3, 10) == ["WWWWWWWWW…"]
