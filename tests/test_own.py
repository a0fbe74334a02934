"""A staff's own templates, columns and style; the example of the manual among them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from model.faults import InputError
from reports import gathered, own
from reports.columns import TABLES
from reports.content import Content
from tests.test_content import report
from tests.test_docs import example, rows
from tests.test_reports import YAML, run_of, write_case

EXAMPLE = ("columns.yaml", "letter.md.j2", "nations.csv.j2")


@pytest.fixture
def content(tmp_path: Path) -> Content:
    yaml = YAML.replace("Test force", "'<b>& *Force*'")
    return gathered.content(run_of(write_case(tmp_path / "case", yaml=yaml), tmp_path).report)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "staff").mkdir()
    return tmp_path / "staff"


def fault(content: Content, folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        own.write(content, folder)
    return "\n".join(map(str, caught.value.faults))


def test_the_example_of_the_manual_works(content: Content, folder: Path) -> None:
    for name in EXAMPLE:
        (folder / name).write_text(example("docs/templates.md", name), "utf-8")
    files = own.write(content, folder)
    assert set(files) == {"report.html", "letter.md", "nations.csv"}
    letter = str(files["letter.md"])
    assert letter.startswith(r"# &lt;b&gt;& \*Force\*: what is missing most")
    assert "   Ask Czechia to lift CZE-BASING.\n" in letter
    assert str(files["nations.csv"]).splitlines()[0] == "name,people,share"
    head = str(files["report.html"]).split("Every requirement line")[2].split("<tbody>")[0]
    assert re.findall(r"col[^>]*>([^<]+)", head) == [
        "Line", "What", "Priority", "Target", "Unit-months missing", "Worst state"
    ]  # fmt: skip


def test_the_manual_names_every_table_and_column() -> None:
    told = rows("docs/templates.md", "## What a template knows") | {}
    page = Path(__file__).parents[1] / "docs" / "templates.md"
    for name, table in TABLES.items():
        line = re.search(rf"^\| `{name}` \| (.+) \|$", page.read_text("utf-8"), re.MULTILINE)
        assert line
        assert re.findall(r"`(\w+)`", line[1]) == [column.name for column in table.columns]
    assert "content" in {each.strip("`") for each in told}


def test_a_section_and_a_style_of_ours_can_be_replaced(content: Content, folder: Path) -> None:
    (folder / "parts").mkdir()
    (folder / "parts" / "scenario.html.j2").write_text("<p>{{ content.title }} only</p>", "utf-8")
    (folder / "report.css").write_text("h1{color:red}", "utf-8")
    page = str(own.write(content, folder)["report.html"])
    assert "<p>&lt;b&gt;&amp; *Force* only</p>" in page
    assert "h1{color:red}</style>" in page


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.md.j2", "one\n{% for x in %}", "a.md.j2:2"),
        ("a.md.j2", "one\n\n{{ content.nothing }}", "a.md.j2:3"),
        ("a.md.j2", "\n{{ 1 / 0 }}", "a.md.j2:2"),
        ("a.md.j2", "{% include 'nowhere.j2' %}", "nowhere.j2"),
        ("a.md.j2", "{{ content.__class__.__mro__ }}", "a.md.j2:1"),
        ("a.md.j2", "\n{{ content.title|shout }}", "a.md.j2:2"),
        ("plan.json.j2", "{}", "would stand for a file of the run itself"),
        ("a.md.j2", "\n{{ csv('gap') }}", "a.md.j2:2: 'gap' is no table; nearest: gaps"),
        ("columns.yaml", "lins: [line]\n", "lines"),
        ("columns.yaml", "lines: [titel, line]\n", "title"),
        ("columns.yaml", "lines: line\n", "is no list of columns"),
        ("columns.yaml", "lines: [\n", "is no YAML"),
        ("report.css", "a{}\n</style><script>", "report.css:2"),
    ],
)
def test_what_is_wrong_is_told_with_its_file_and_line(
    content: Content, folder: Path, name: str, text: str, said: str
) -> None:
    (folder / name).write_text(text, "utf-8")
    assert said in fault(content, folder)


def test_a_folder_without_any_template_is_refused(content: Content, folder: Path) -> None:
    (folder / "letter.md").write_text("{{ content.title }}", "utf-8")
    assert "holds no template" in fault(content, folder)


def test_own_files_never_go_into_a_run(tmp_path: Path, folder: Path) -> None:
    status, _, said = report(tmp_path, "--templates", folder)
    assert status == 2
    assert "give --out" in said
