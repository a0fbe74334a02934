"""Reports: what they say, how they are written, and that a run is written whole or not at all.

``MUSTER_UPDATE=1`` writes the golden report anew.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from model.case import Case
from model.domain import Settings, Tier
from model.eligibility import candidates
from model.explain import Gap, Reason
from model.faults import Fault, InputError
from model.plan import Plan, Start, Tour
from model.read import read_case
from reports import console, gathered, markdown, run, run_folder, words
from reports.gap_report import GapReport
from reports.progress import Watch
from reports.run import Run, make_run
from reports.shape import RunOptions, Status, number
from reports.tables import cell

GOLDEN = Path(__file__).parent / "golden" / "report.md"

OFFERS = """\
offer,nation,capability,units,personnel,tour,dwell,basis,source,as_of,note,available_from,available_until,notice_days
ALB-LAND-1,ALB,inf,2,100,3,3,assumed,,,,,,
BEL-LAND-1,BEL,inf,1,150,6,6,reported,,,,,,
CZE-LAND-1,CZE,inf,1,120,6,6,inferred,,,,,,
DNK-HQ-1,DNK,staff,3,10,6,6,inferred,,,,,,
"""
LINES = """\
line,title,role,capability,area,elsewhere,minimum,target,from,until,priority,max_nations,basis,source,note
L01,Battalions | <west>,land,inf,kyiv,poland:0.5,1,3,1,6,1,,assumed,"a `paper`, https://example.org/a_b?c=1&d=2",
L02,Staff,hub,staff,hq,,1,2,,,2,,reported,a declaration,
L03,Engineers,land,eng,kyiv,,0,1,4,6,3,,assumed,,
"""
YAML = """\
force: Test force
classification: TEST RESTRICTED
calendar: {months: 9, c_day: 2026-11-15, rotation_step: 3}
areas: {ukraine: {}, kyiv: {within: ukraine}, poland: {}, paris: {}, london: {title: London}}
headquarters: {seats: [{area: paris, months: 6}, {area: london, months: 6}]}
capabilities: {inf: {title: Infantry battalion}, staff: {title: Staff}, eng: {title: Engineers}}
caveats:
  - {id: BEL-VOTE, kind: approval, nation: BEL, body: Parliament, status: pending, probability: 0.5}
  - {id: CZE-BASING, kind: basing, nation: CZE, barred: [ukraine]}
"""


def write_case(folder: Path, offers: str = OFFERS, lines: str = LINES, yaml: str = YAML) -> Case:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "capabilities.csv").write_text(offers, "utf-8")
    (folder / "requirements.csv").write_text(lines, "utf-8")
    (folder / "constraints.yaml").write_text(yaml, "utf-8")
    return read_case(folder).case


@dataclass(frozen=True)
class Proof:
    """What the solver says of a tier."""

    name: Tier
    value: float
    bound: float
    seconds: float = 0.5
    proven: bool = True


@dataclass(frozen=True)
class Solved:
    """What a solve gives, written by hand."""

    plan: Plan
    tiers: tuple[Proof, ...]
    status: Status = "optimal"
    seconds: float = 1.5
    events: tuple[str, ...] = ()


STARTS = (
    ("ALB-LAND-1", "L01", "kyiv", 1, 1),
    ("ALB-LAND-1", "L01", "kyiv", 4, 1),
    ("BEL-LAND-1", "L01", "kyiv", 1, 1),
    ("CZE-LAND-1", "L01", "poland", 1, 1),
    ("DNK-HQ-1", "L02", "hq", 1, 2),
    ("DNK-HQ-1", "L02", "hq", 7, 1),
)


def gap(plan: Plan, line: str, first: int, last: int, *reasons: Reason) -> Gap:
    at = plan.case.line_by_id[line]
    missing = plan.shortfall(at, first)
    weighted = plan.case.weight(at) * missing / at.target * (last - first + 1)
    state = plan.state(at, first)
    return Gap(at, first, last, plan.coverage(at, first), missing, state, weighted, reasons)


def run_of(
    case: Case,
    folder: Path,
    starts: tuple[tuple[Any, ...], ...] = STARTS,
    started: str = "2026-11-21T10:00:00+00:00",
    status: Status = "optimal",
    events: tuple[str, ...] = (),
) -> Run:
    """Return the run of a plan, its gaps told by hand."""
    settings = Settings()
    plan = Plan(case, settings, [Start(*each) for each in starts])
    caveat = Reason(
        "caveat", ("CZE-BASING",), ("CZE-LAND-1",), "Czechia: may not be based in Ukraine."
    )
    resting = Reason("resting", (), ("DNK-HQ-1",), "2 units of Denmark rest.")
    nothing = Reason("no_offer", (), (), "No offer fits.")
    gaps = [
        gap(plan, "L01", 1, 6, caveat),
        gap(plan, "L02", 7, 9, resting, caveat),
        gap(plan, "L03", 4, 6, nothing),
    ]
    tiers = [Proof(name, float(value), float(value)) for name, value in plan.tier_values.items()]
    if status != "optimal":
        tiers[1] = Proof("shortfall", tiers[1].value, tiers[1].value / 2, proven=False)
    return make_run(
        Solved(plan, tuple(tiers), status, events=events),
        gaps,
        candidates(case, settings),
        [Fault("requirements.csv", 4, "row 3, column line", "L03", "is a line that no offer fits")],
        folder,
        RunOptions(pending="granted", gap=0.0001, time_limit=600.0, seed=0),
        datetime.datetime.fromisoformat(started),
    )


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return write_case(tmp_path / "case")


@pytest.fixture
def made(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(run, "versions", lambda: {"muster": "0.1.0"})
    return run_of(case, tmp_path / "case")


def shown(report: GapReport, width: int = 80) -> str:
    """Return what a terminal of that width shows, without colour."""
    text = io.StringIO()
    to = console.console(text)
    to.width = width
    console.show(report, Path("out/base"), to)
    return text.getvalue()


# Tables


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (3, "3"),
        (Fraction(3), "3"),
        (3.0, "3"),
        (Fraction(1, 2), "0.5"),
        (Fraction(1, 3), "0.3333333333333333"),
        (1e-9, "1e-09"),
        (-2, "-2"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_number_is_written_unrounded_and_a_whole_one_without_a_point(
    value: Any, written: str
) -> None:
    assert cell(value) == written


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "  =1", "\n=1", " \t@a", "\uff1d1", "\uff0b1"],
)
def test_a_text_that_could_start_a_formula_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_a_whole_number_is_an_int_and_any_other_the_nearest_float() -> None:
    assert [type(number(each)) for each in (2, 2.0, Fraction(2))] == [int] * 3
    assert number(Fraction(1, 3)) == 1 / 3


def test_the_tables_have_the_columns_of_the_contract(made: Run) -> None:
    heads = {name: text.splitlines()[0] for name, text in made.files.items() if name[-3:] == "csv"}
    assert heads == {
        "assignments.csv": "offer,nation,line,role,capability,area,units,personnel,from,until,"
        "conditional_on",
        "coverage.csv": "line,role,month,minimum,target,covered,shortfall,state",
        "gaps.csv": "line,role,from,until,minimum,target,covered,shortfall,state,reason,caveats,"
        "offers",
    }


def test_an_assignment_tells_people_in_all_and_what_it_rests_on(made: Run) -> None:
    rows = made.files["assignments.csv"].splitlines()[1:]
    assert rows == [
        "ALB-LAND-1,ALB,L01,land,inf,kyiv,1,100,1,3,",
        "ALB-LAND-1,ALB,L01,land,inf,kyiv,1,100,4,6,",
        "BEL-LAND-1,BEL,L01,land,inf,kyiv,1,150,1,6,BEL-VOTE",
        "CZE-LAND-1,CZE,L01,land,inf,poland,1,120,1,6,",
        "DNK-HQ-1,DNK,L02,hub,staff,hq,2,20,1,6,",
        "DNK-HQ-1,DNK,L02,hub,staff,hq,1,10,7,9,",
    ]


def test_coverage_has_every_demanded_month_of_every_line(made: Run) -> None:
    rows = made.files["coverage.csv"].splitlines()[1:]
    assert len(rows) == 6 + 9 + 3
    assert rows[0] == "L01,land,1,1,3,2.5,0.5,below_target"
    assert rows[6] == "L02,hub,1,1,2,2,0,filled"
    assert rows[-1] == "L03,land,6,0,1,0,1,unfilled"


def test_a_gap_tells_its_reasons_with_their_kinds_and_each_name_once(made: Run) -> None:
    assert made.files["gaps.csv"].splitlines()[2] == (
        "L02,hub,7,9,1,2,1,1,below_target,"
        "resting: 2 units of Denmark rest.; caveat: Czechia: may not be based in Ukraine.,"
        "CZE-BASING,DNK-HQ-1 CZE-LAND-1"
    )


def test_a_formula_in_the_case_does_not_reach_a_spreadsheet_alive(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    case = write_case(folder, OFFERS.replace("BEL-LAND-1", "=BEL()"))
    starts = tuple(("=BEL()", *each[1:]) if each[0][:3] == "BEL" else each for each in STARTS)
    files = run_of(case, folder, starts).files
    assert "\n'=BEL(),BEL,L01," in files["assignments.csv"]


# plan.json and run.json


def test_plan_json_is_as_the_contract_says(made: Run) -> None:
    plan = json.loads(made.files["plan.json"])
    assert list(plan) == [
        "format", "status", "tiers", "coverage", "assignments", "leads", "gaps"
    ]  # fmt: skip
    assert (plan["format"], plan["status"], plan["leads"]) == (1, "optimal", [])
    assert [list(tier) for tier in plan["tiers"]] == [["name", "value", "bound"]] * 4
    assert list(plan["coverage"]["roles"]) == ["land", "hub"]
    assert plan["assignments"][2] == {
        "offer": "BEL-LAND-1", "line": "L01", "area": "kyiv", "units": 1,
        "from": 1, "until": 6, "conditional_on": ["BEL-VOTE"],
    }  # fmt: skip
    assert plan["gaps"][0] == {
        "line": "L01", "from": 1, "until": 6, "covered": 2.5, "target": 3, "minimum": 1,
        "shortfall": 0.5, "state": "below_target",
        "reasons": [{
            "kind": "caveat", "caveats": ["CZE-BASING"], "offers": ["CZE-LAND-1"],
            "text": "Czechia: may not be based in Ukraine.",
        }],
    }  # fmt: skip


def test_run_json_tells_inputs_options_times_and_proof(made: Run, case: Case) -> None:
    told = json.loads(made.files["run.json"])
    assert told["case"]["files"] == case.files
    assert told["options"] == {
        "pending": "granted", "keep": None, "gap": 0.0001, "time_limit": 600.0, "seed": 0,
        "scenarios": [], "solver": "highs",
    }  # fmt: skip
    assert told["started"] == "2026-11-21T10:00:00+00:00"
    assert told["tiers"][0]["proven"] is True
    assert set(told["products"]) == set(made.files) - {"run.json"}


def test_the_same_plan_gives_the_same_bytes_whenever_it_was_made(
    case: Case, tmp_path: Path
) -> None:
    one = run_of(case, tmp_path / "case").files
    two = run_of(case, tmp_path / "case", started="2031-01-01T00:00:00+00:00").files
    assert one.pop("run.json") != two.pop("run.json")
    assert one == two


def test_another_plan_or_another_input_is_another_run(case: Case, tmp_path: Path) -> None:
    name = run_of(case, tmp_path / "case").report.origin.run
    assert run_of(case, tmp_path / "case", STARTS[1:]).report.origin.run != name
    other = write_case(tmp_path / "case", yaml=YAML.replace("0.5", "0.6"))
    assert run_of(other, tmp_path / "case").report.origin.run != name


# What a report says


def coverage_share(plan: Plan, counts: Callable[[Tour], bool]) -> Fraction:
    """Return the share of what is covered, up to targets, that rests on the tours that count.

    Of a cell that is covered beyond its target only the target is shared out.
    """
    part = whole = Fraction(0)
    for line, month in plan.demanded():
        covered = plan.coverage(line, month)
        if covered:
            worth = plan.case.weight(line) * min(covered, line.target) / line.target
            whole += worth
            part += worth * plan.coverage(line, month, counts) / covered
    return part / whole if whole else Fraction(0)


def test_shares_and_indices_are_those_of_the_plan(made: Run) -> None:
    report, plan = made.report, made.report.plan
    for basis, share in report.shares.by_basis.items():
        of_plan = coverage_share(plan, lambda t, b=basis: t.assignment.offer.basis == b)
        assert share == pytest.approx(float(of_plan))
    assert report.shares.conditional == pytest.approx(
        float(coverage_share(plan, lambda tour: bool(tour.rests)))
    )
    *roles, whole = report.role_rows
    assert whole.index == pytest.approx(float(plan.coverage_index))
    for row in roles:
        assert row.index == pytest.approx(float(plan.coverage_by_role[row.role]))


@pytest.mark.parametrize(
    ("months", "columns", "span"),
    [(1, 1, "period"), (6, 2, "quarter"), (24, 8, "quarter"), (25, 5, "half-year"),
     (60, 5, "year"), (600, 5, "period")],
)  # fmt: skip
def test_a_long_horizon_gets_longer_columns_not_more(
    tmp_path: Path, months: int, columns: int, span: str
) -> None:
    folder = tmp_path / "case"
    case = write_case(folder, lines=LINES.splitlines()[0] + "\n", yaml=YAML.replace(
        "months: 9", f"months: {months}"))  # fmt: skip
    plan = Plan(case, Settings(), ())
    options = RunOptions(pending="granted", gap=0.0, time_limit=1.0, seed=0)
    now = datetime.datetime.now(datetime.UTC)
    report = make_run(Solved(plan, ()), [], [], [], folder, options, now).report
    assert (len(report.periods), report.span) == (columns, span)
    assert report.periods[-1].last == months
    assert report.worst == []
    assert "Nothing is deployed." in markdown.render(gathered.content(report))
    assert shown(report)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.0%"), (1, "100.0%"), (0.9999, "99.9%"), (0.0001, "<0.1%"), (0.875, "87.5%")],
)
def test_only_what_is_whole_is_called_whole(share: float, text: str) -> None:
    assert words.percent(share) == text


def test_months_carry_their_names_where_c_day_has_a_date(case: Case) -> None:
    assert words.dated(case, 1, 1) == "month 1 (Nov 2026)"
    assert words.dated(case, 2, 4) == "months 2-4 (Dec 2026 to Feb 2027)"


@pytest.mark.parametrize(
    ("value", "bound", "proven", "text"),
    [
        (0.0, 0.0, True, "proven"),
        (100.0, 99.995, True, "proven to 0.005%"),
        (100.0, 90.0, False, "not proven, 10.0% open"),
        (100.0, 0.0, False, "not proven"),
    ],
)
def test_the_proof_of_a_tier_is_said_in_words(
    value: float, bound: float, proven: bool, text: str
) -> None:
    assert words.proof(value, bound, proven) == text


# report.md


def test_the_report_is_the_golden_one(made: Run) -> None:
    # The hashes are of this case's files and change with the version only.
    if os.environ.get("MUSTER_UPDATE"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(made.files["report.md"], "utf-8")
    assert made.files["report.md"] == GOLDEN.read_text("utf-8")


def test_marking_stands_at_top_and_bottom_of_report_and_terminal(made: Run) -> None:
    lines = made.files["report.md"].strip().splitlines()
    assert lines[0] == lines[-1] == "**TEST RESTRICTED**"
    seen = shown(made.report).strip().splitlines()
    assert seen[0].strip() == seen[-1].strip() == "TEST RESTRICTED"


def test_every_table_of_the_report_aligns_as_plain_text(made: Run) -> None:
    blocks = made.files["report.md"].split("\n\n")
    tables = [block.splitlines() for block in blocks if block.startswith("| ")]
    assert len(tables) == 5
    for rows in tables:
        assert len({len(row) for row in rows}) == 1
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", r"a\|b"),
        ("<script>", "&lt;script&gt;"),
        ("`x`", r"\`x\`"),
        ("![x](http://y)", r"!\[x\](http://y)"),
        ("one\n\n# two\r\n", "one # two"),
        ("# one", r"\# one"),
        ("- one", r"\- one"),
        ("1. one", r"1\. one"),
        ("*b* _i_ a_b", r"\*b\* \_i\_ a_b"),
        ("&lt; Q&A", "&amp;lt; Q&A"),
        ("https://x.org/a_b?c=1&d=2", "https://x.org/a_b?c=1&d=2"),
        ("\x1b[31m\u202e", r"\[31m"),
    ],
)
def test_markdown_shows_text_of_the_case_as_it_is(text: str, escaped: str) -> None:
    assert markdown.escape(text) == escaped


# The terminal


def test_the_terminal_output_fits_80_columns_and_says_states_without_colour(made: Run) -> None:
    seen = shown(made.report)
    assert max(map(len, seen.splitlines())) <= 80
    assert "\x1b" not in seen
    assert re.search(r"^L03 .* 1!!", seen, re.MULTILINE)
    assert "1 L01 Battalions | <west>, months 1-6 (Nov 2026 to Apr 2027)" in seen
    assert "Czechia: may not be based in Ukraine. (CZE-BASING)" in seen
    assert "Report: out/base/report.html" in seen


def test_no_escape_code_is_written_under_no_color_even_to_a_terminal(
    made: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for no_color in (False, True):
        if no_color:
            monkeypatch.setenv("NO_COLOR", "1")
        text = Terminal()
        console.show(made.report, Path("out"), console.console(text))
        assert ("\x1b" in text.getvalue()) is not no_color


def test_text_of_the_case_cannot_steer_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    lines = LINES.replace("Engineers", "[red]E[/] \u202e \x9b31m")
    seen = shown(run_of(write_case(folder, lines=lines), folder).report)
    assert "[red]E[/] 31m" in seen
    assert not {"\x9b", "\u202e"} & set(seen)


def test_a_plan_that_is_not_proven_says_so(case: Case, tmp_path: Path) -> None:
    made = run_of(case, tmp_path / "case", status="time_limit", events=("HiGHS was caught",))
    for text in (made.files["report.md"], " ".join(shown(made.report).split())):
        assert "the time limit ended the search before every tier was proven" in text
        assert "not proven, 50.0% open" in text
        assert "HiGHS was caught" in text


def test_progress_is_silent_where_nobody_looks_on() -> None:
    text = io.StringIO()
    with Watch(text) as watch:
        watch.say("Reading")
        assert not watch.stopped()
    assert text.getvalue() == ""


# A run on disk: whole or not at all

OLD = dict.fromkeys(run_folder.FILES, "old") | {"run.json": '{"tool": "muster"}'}
NEW = dict.fromkeys(run_folder.FILES, "new") | {"run.json": '{"tool": "muster"} '}


def hidden(target: Path) -> list[str]:
    return [each.name for each in target.parent.iterdir() if each.name.startswith(".")]


def test_a_run_is_written_with_its_parents_and_replaces_an_earlier_run(tmp_path: Path) -> None:
    target = tmp_path / "out" / "deep" / "base"
    for files in (OLD, NEW, NEW):
        run_folder.write(target, files)
        assert run_folder.read(target) == (files, [])
        assert hidden(target) == []


def test_an_empty_folder_and_a_link_to_one_are_written_to(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    run_folder.write(tmp_path / "link", NEW)
    assert (tmp_path / "link").is_symlink()
    assert run_folder.read(tmp_path / "empty") == (NEW, [])


def _note(folder: Path) -> None:
    run_folder.write(folder, OLD)
    (folder / "note.txt").write_text("mine")


def _deeper(folder: Path) -> None:
    run_folder.write(folder, OLD)
    (folder / "report.html").mkdir()


def _link(folder: Path) -> None:
    run_folder.write(folder, OLD)
    (folder / "report.pdf").symlink_to(folder / "plan.json")


def _no_run(folder: Path) -> None:
    folder.mkdir()
    (folder / "report.md").write_text("mine")


def _other_tool(folder: Path) -> None:
    folder.mkdir()
    (folder / "run.json").write_text('{"tool": "other"}')


def _file(folder: Path) -> None:
    folder.write_text("mine")


@pytest.mark.parametrize("make", [_note, _deeper, _link, _no_run, _other_tool, _file])
def test_a_folder_with_files_that_muster_did_not_write_is_refused_untouched(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    target = tmp_path / "base"
    make(target)
    before = {path: path.is_file() and path.read_text() for path in tmp_path.rglob("*")}
    for attempt in (run_folder.writable, lambda folder: run_folder.write(folder, NEW)):
        with pytest.raises(InputError):
            attempt(target)
    assert before == {path: path.is_file() and path.read_text() for path in tmp_path.rglob("*")}


@pytest.mark.parametrize("place", ["file/base", "/proc/none/base", "a\0b"])
def test_a_place_that_cannot_be_written_is_one_clear_fault(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError) as caught:
        run_folder.write(tmp_path / place, NEW)
    assert len(caught.value.faults) == 1


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("atomic", [True, False])
@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.parametrize("old", [True, False])
def test_a_failure_or_a_kill_at_any_step_leaves_the_old_or_the_new_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, atomic: bool, killed: bool, old: bool
) -> None:
    """A failure strikes one step; a kill this step and whatever would come after it."""
    step = 0
    while True:
        target = tmp_path / f"{step}" / "base"
        if old:
            run_folder.write(target, OLD)
        calls = 0

        def strike(real: Callable[..., Any], at: int = step) -> Callable[..., Any]:
            def call(*arguments: Any, **more: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls - 1 == at or (killed and calls > at):
                    raise Killed if killed else OSError(28, "No space left on device")
                return real(*arguments, **more)

            return call

        with monkeypatch.context() as patch:
            if not atomic:
                patch.setattr(run_folder, "_exchange", lambda one, two: False)
            else:
                patch.setattr(run_folder, "_exchange", strike(run_folder._exchange))
            for holder, name in ((os, "fsync"), (Path, "rename"), (Path, "mkdir"),
                                 (shutil, "rmtree")):  # fmt: skip
                patch.setattr(holder, name, strike(getattr(holder, name)))
            try:
                run_folder.write(target, NEW)
                done = True
            except (InputError, Killed, OSError):
                done = False
        texts, faults = run_folder.read(target)
        assert texts in ([OLD, NEW] if old else [{}, NEW])
        assert not faults or not texts
        assert not done or texts == NEW
        # Whatever was left behind does not stand in the way of the next run.
        run_folder.write(target, NEW)
        assert run_folder.read(target) == (NEW, [])
        if calls <= step:
            break
        step += 1
    assert step >= 10


def test_what_a_killed_run_left_is_cleared_away_when_it_is_old(tmp_path: Path) -> None:
    for name, age in (("left", 7200), ("busy", 0)):
        folder = tmp_path / f".base.{name}.muster-new"
        folder.mkdir()
        then = datetime.datetime.now().timestamp() - age
        os.utime(folder, (then, then))
    run_folder.write(tmp_path / "base", NEW)
    assert hidden(tmp_path / "base") == [".base.busy.muster-new"]
