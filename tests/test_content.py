"""What a report says, as plain values, and that a stored run says the same again."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

import solve
from model import disk, swing
from model.faults import InputError
from reports import formats, gathered, run_folder, verify
from reports.content import Content
from tests.test_html import run_of_nothing
from tests.test_reports import LINES, OFFERS, STARTS, YAML, run_of, write_case

REFUSED = YAML.replace("status: pending", "status: refused")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A run on disk, with its case beside it."""
    case = write_case(tmp_path / "case")
    run_folder.write(tmp_path / "run", run_of(case, tmp_path / "case").files)
    return tmp_path / "run"


def content(folder: Path, baseline: Path | None = None) -> Content:
    before = verify.holding(baseline) if baseline else None
    return gathered.content(verify.holding(folder), before)


def report(*arguments: str | Path) -> tuple[int, str, str]:
    run = CliRunner().invoke(solve.app, ["report", *map(str, arguments)])
    return run.exit_code, run.stdout, run.stderr


def test_a_stored_run_is_told_in_the_same_words(stored: Path) -> None:
    for name in formats.USUAL:
        then = {each: (stored / each).read_bytes() for each in formats.FORMATS[name].files}
        assert report(stored, "--format", name)[0] == 0
        assert {each: (stored / each).read_bytes() for each in then} == then
    # Its gaps are told by hand here, which is found out; nothing else is wrong.
    faults = verify.verify(stored)
    assert {(each.file, each.place.partition("[")[0]) for each in faults} == {("plan.json", "gaps")}


def test_what_is_missing_is_told_by_line_and_month(stored: Path) -> None:
    told = content(stored)
    first, engineers, staff = told.lines
    assert [each and each.missing for each in first.cells] == [0.5] * 6 + [None] * 3
    assert (first.missing, engineers.missing, staff.missing) == (3, 3, 3)
    assert [each.state for each in staff.demanded][5:7] == ["filled", "below_target"]
    assert [month.number for month in told.months if month.moves] == [7]
    assert told.months[2].begins is not None
    assert (told.months[2].name, told.months[2].begins.isoformat()) == ("Jan 2027", "2027-01-15")


def test_the_months_of_a_role_add_up_to_its_index(stored: Path) -> None:
    told = content(stored)
    land = told.roles[0]
    per_month = [8] * 3 + [10] * 3
    covered = [(each or 0) * w for each, w in zip(land.by_month, per_month, strict=False)]
    assert sum(covered) / sum(per_month) == pytest.approx(land.index)
    assert told.whole.role == "all"
    assert told.whole.index == pytest.approx(told.index)


def test_a_gap_names_whom_to_ask_and_a_red_line_is_never_asked_for(tmp_path: Path) -> None:
    for red, asks in (("", ["CZE-BASING"]), (", red_line: true", [])):
        yaml = YAML.replace("barred: [ukraine]", f"barred: [ukraine]{red}")
        case = write_case(tmp_path / "case", yaml=yaml)
        told = gathered.content(run_of(case, tmp_path / "case").report)
        assert [each.caveat for each in told.gaps[0].asks] == asks


def test_a_vote_that_fails_costs_what_no_other_unit_covers(stored: Path) -> None:
    told = content(stored)
    (vote,) = told.rests
    assert (vote.name, vote.units, vote.lines) == ("BEL-VOTE", 1, ("L01",))
    # One of three units, in six months of weight 8, of a demand that weighs 90 in all.
    assert vote.lost == pytest.approx(6 * 8 / 3 / 90)


def test_a_nation_is_told_with_the_weight_of_the_gaps_its_caveats_are_named_in(
    stored: Path,
) -> None:
    told = {each.code: each for each in content(stored).nations}
    assert told["CZE"].cost == pytest.approx(6 * 8 * 0.5 / 3 + 3 * 4 * 1 / 2)
    assert (told["CZE"].named, told["DNK"].cost) == (2, 0)
    assert sum(each.share for each in told.values()) == pytest.approx(1)
    assert told["ALB"].people_by_month == (100,) * 6 + (0,) * 3


def test_a_baseline_is_told_as_differences(stored: Path, tmp_path: Path) -> None:
    case = write_case(tmp_path / "other")
    run_folder.write(tmp_path / "less", run_of(case, tmp_path / "other", STARTS[:-1]).files)
    told = content(stored, tmp_path / "less")
    assert told.changes is not None
    assert (told.changes.better, told.changes.worse) == (3, 0)
    assert [(each.offer, each.units) for each in told.changes.moved] == [("DNK-HQ-1", 1)]
    staff = told.lines[2].demanded[6:]
    assert [(each.before, each.missing, each.shift) for each in staff] == [(2, 1, "better")] * 3
    assert told.changes.inputs == ()
    before = told.whole.before
    assert before is not None
    assert before < told.index
    assert content(tmp_path / "less", stored).changes.worse == 3  # type: ignore[union-attr]


def test_a_run_of_a_changed_case_is_refused_with_the_file(stored: Path, tmp_path: Path) -> None:
    write_case(tmp_path / "case", yaml=REFUSED)
    before = {each.name: each.read_bytes() for each in stored.iterdir()}
    status, _, said = report(stored, "--format", "all")
    assert status == 2
    assert "constraints.yaml" in said
    assert "not the file that the run was made from" in said
    assert before == {each.name: each.read_bytes() for each in stored.iterdir()}


def test_a_run_of_another_format_is_refused_in_one_line(stored: Path) -> None:
    for name in ("run.json", "plan.json"):
        text = (stored / name).read_text("utf-8")
        (stored / name).write_text(text.replace('"format": 1', '"format": 2'), "utf-8")
    status, _, said = report(stored, "--format", "md")
    assert status == 2
    assert said.count("\n") == 3
    assert "format 2" in said


def test_formats_that_are_none_are_all_told_with_the_nearest(stored: Path) -> None:
    status, _, said = report(stored, "--format", "htm,md,pfd")
    assert status == 2
    assert all(each in said for each in ("'htm'", "'pfd'", "2 faults"))
    with pytest.raises(InputError):
        formats.named("")


def test_files_written_elsewhere_leave_the_run_alone(stored: Path, tmp_path: Path) -> None:
    before = (stored / "run.json").read_bytes()
    status, said, _ = report(stored, "--format", "md", "--out", tmp_path / "a" / "b", "--json")
    assert status == 0
    assert json.loads(said)["files"] == ["report.md"]
    assert (tmp_path / "a" / "b" / "report.md").read_bytes() == (stored / "report.md").read_bytes()
    assert (stored / "run.json").read_bytes() == before


def test_files_written_elsewhere_are_all_written_or_none(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "report.html").write_text("earlier", "utf-8")
    write, calls = disk.write, []

    def full(path: Path, content: bytes) -> None:
        calls.append(path)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, content)

    monkeypatch.setattr(disk, "write", full)
    status, _, said = report(stored, "--format", "html,md", "--out", there)
    assert status == 2
    assert "No space left" in said
    assert [each.name for each in there.iterdir()] == ["report.html"]
    assert (there / "report.html").read_text("utf-8") == "earlier"


def test_a_fault_of_the_baseline_says_that_it_is_the_baselines(
    stored: Path, tmp_path: Path
) -> None:
    status, _, said = report(stored, "--baseline", tmp_path / "case")
    assert status == 2
    assert "baseline: plan.json: is missing" in said


def test_the_case_that_has_moved_is_that_of_the_baseline_too(stored: Path, tmp_path: Path) -> None:
    moved = (tmp_path / "case").rename(tmp_path / "moved")
    given = ("--baseline", stored, "--format", "md", "--out", tmp_path / "out")
    assert "baseline" not in report(stored, *given)[2]
    assert report(stored, *given, "--case", moved)[0] == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--month", "99"], "--month"),
        (["--baseline", "nowhere"], "baseline: nowhere"),
        (["--templates", ".", "--out", "new"], "holds no template"),
        (["--format", "htm"], "--format"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_solved(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: list[str], said: str
) -> None:
    def solved(*_: object) -> None:
        raise AssertionError("it was solved first")

    monkeypatch.setattr(swing, "swings", solved)
    monkeypatch.chdir(tmp_path)
    status, _, told = report(stored, "--swing", "20", *wrong)
    assert status == 2
    assert said in told
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("offers", "lines"),
    [(1, 1), (1, None), (None, 1), (2, 2)],
    ids=["empty", "no offer", "no line", "one of each"],
)
def test_every_format_tells_a_case_with_nothing_or_next_to_nothing_in_it(
    tmp_path: Path, offers: int | None, lines: int | None
) -> None:
    kept = ("".join(OFFERS.splitlines(True)[:offers]), "".join(LINES.splitlines(True)[:lines]))
    yaml = f"{YAML.partition('caveats:')[0]}caveats: []\nrules: []\n"
    case = write_case(tmp_path / "case", *kept, yaml)
    files = formats.written(gathered.content(run_of_nothing(case, tmp_path)), formats.FORMATS)
    assert set(files) == formats.FILES
    assert all(files.values())


def test_every_format_can_be_read_back_by_its_name() -> None:
    assert formats.named("all") == tuple(formats.FORMATS)
    assert {"md"} <= set(formats.USUAL)
    assert run_folder.KNOWN >= formats.FILES
