"""``caveats ...`` as the desk that owns a caveat meets it."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import solve
from model import store
from tests.test_cli import Answer, write_case

ROOT = Path(solve.__file__).parent
YAML = """\
# the case of the tests
force: Test force
calendar: {months: 9, rotation_step: 3}
areas: {ukraine: {}, kyiv: {within: ukraine}, poland: {}, paris: {}, london: {}}
headquarters: {seats: [{area: paris, months: 6}, {area: london, months: 6}]}
capabilities: {inf: {}, staff: {}, eng: {}}
conditions: {us: {title: US backstop, probability: 0.6}}
caveats:
  # of Belgium
  - id: BEL-VOTE   # its id
    kind: approval
    nation: BEL
    body: Parliament
    status: pending
    probability: 0.5
    source: 'a paper'
    as_of: "2026-01-06"
    authority: Chamber

  - {id: CZE-BASING, kind: basing, nation: CZE, barred: [ukraine], red_line: true}  # flow
  - {id: ALB-CEILING, kind: ceiling, nation: ALB, units: 1, expires: "2026-01-01"}
  - {id: DNK-OFF, kind: exclusion, nation: DNK, active: false, ask_cost: 3}
  - {id: ALB-US, kind: condition, nation: ALB, requires: [us], applies_to: {roles: [land]}}
  - {id: ALB-WITH, kind: partner, nation: ALB, with: [BEL]}
  - {id: BEL-TWO, kind: package, nation: BEL, offers: [CZE-LAND-1, BEL-LAND-1]}
  - {id: BEL-SHARE, kind: share, nation: BEL, max_share: 0.6}
  - {id: ALB-MANY, kind: minimum, nation: ALB, units: 2}
  - {id: CZE-NOT-BEL, kind: avoid, nation: CZE, with: [BEL]}
  - {id: ALB-SHORT, kind: endurance, nation: ALB, tour: 2}
  - {id: ALB-KEEP, kind: reserve, nation: ALB, units: 1}
"""


def muster(*arguments: object) -> Answer:
    result = CliRunner().invoke(solve.app, ["caveats", *(str(each) for each in arguments)])
    assert "Traceback" not in result.output
    assert result.exit_code != 1, result.output
    return Answer(result.exit_code, result.stdout, result.stderr)


@pytest.fixture(autouse=True)
def eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_case(tmp_path / "case", yaml=YAML)


def text(case: Path) -> str:
    return (case / "constraints.yaml").read_bytes().decode()


def entries(case: Path) -> list[dict[str, Any]]:
    path = case / "history.jsonl"
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def files(case: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in case.iterdir()}


def ids(answer: Answer) -> list[str]:
    return [each["id"] for each in answer.json["caveats"]]


# list


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (["--nation", "BEL"], ["BEL-VOTE", "BEL-TWO", "BEL-SHARE"]),
        (["--nation", "bel", "--kind", "share"], ["BEL-SHARE"]),
        (["--kind", "basing", "--kind", "avoid"], ["CZE-BASING", "CZE-NOT-BEL"]),
        (["--role", "hub"], ["DNK-OFF"]),
        (["--state", "pending"], ["BEL-VOTE"]),
        (["--state", "expired"], ["ALB-CEILING"]),
        (["--state", "red-line"], ["CZE-BASING"]),
        (["--state", "inactive"], ["DNK-OFF"]),
        (["--state", "granted"], []),
    ],
)
def test_the_list_is_filtered(case: Path, filters: list[str], wanted: list[str]) -> None:
    assert ids(muster("list", "--case", case, "--json", *filters)) == wanted
    assert muster("list", "--case", case, *filters).code == 0


@pytest.mark.parametrize("folder", ["data", ""])
def test_the_list_fits_a_terminal_and_says_each_caveat_in_words(case: Path, folder: str) -> None:
    answer = muster("list", "--case", ROOT / folder if folder else case)
    assert answer.code == 0
    assert max(map(len, answer.out.splitlines())) <= 80
    if not folder:
        words = " ".join(answer.out.split())
        assert "Belgium: may deploy" in words
        assert "12 caveats of 12." in words


@pytest.mark.parametrize(
    ("option", "said"),
    [("--kind=cieling", "nearest: ceiling"), ("--role=lnad", "land"), ("--state=on", "active")],
)
def test_a_filter_that_does_not_exist_is_answered_with_the_nearest(
    case: Path, option: str, said: str
) -> None:
    answer = muster("list", "--case", case, option)
    assert answer.code == 2
    assert said in answer.err


# show


@pytest.mark.parametrize(
    ("name", "allows", "forbids"),
    [
        ("BEL-VOTE", "BEL-LAND-1 on L01", "only if BEL-VOTE fails"),
        ("CZE-BASING", "in Poland", "in Kyiv"),
        ("ALB-CEILING", "1 unit of ALB-LAND-1", "2 units in place in month 1, ceiling 1"),
        ("DNK-OFF", None, "DNK-HQ-1 on L02"),
        ("ALB-US", "resting on us", "only if us fails"),
        ("ALB-WITH", "and 1 unit of BEL-LAND-1", "alone in month 1"),
        ("BEL-TWO", "and 1 unit of", "without"),
        ("BEL-SHARE", "and", "150 of 150 people"),
        ("ALB-MANY", "2 units of ALB-LAND-1", "1 units on L01"),
        ("CZE-NOT-BEL", "1 unit of CZE-LAND-1", "meets BEL-LAND-1"),
        ("ALB-SHORT", "1 unit of ALB-LAND-1", None),
        ("ALB-KEEP", "1 unit of ALB-LAND-1", "2 units of ALB-LAND-1 in place"),
    ],
)
def test_a_card_gives_what_is_allowed_and_what_is_forbidden(
    case: Path, name: str, allows: str | None, forbids: str | None
) -> None:
    card = muster("show", name, "--case", case, "--json").json
    for key, wanted in (("allows", allows), ("forbids", forbids)):
        if wanted is None:
            assert card[key] is None
            assert card["note"]
        else:
            assert wanted in f"{card[key]['words']} ({card[key]['why']})"
    assert card["matches"]["assignments"] > 0
    assert muster("show", name, "--case", case).code == 0


def test_a_card_says_whose_it_is_and_what_is_not_computed(case: Path) -> None:
    card = muster("show", "BEL-VOTE", "--case", case).out
    for said in ("a paper", "2026-01-06", "Chamber", "BEL-LAND-1", "L01", "active, pending",
                 "What lifting it would bring is not computed by this command."):  # fmt: skip
        assert said in card
    assert max(map(len, card.splitlines())) <= 80
    assert (
        "us (US backstop): holds, probability 0.6" in muster("show", "ALB-US", "--case", case).out
    )


@pytest.mark.parametrize("arguments", [["show", "BEL-VOET"], ["set", "BEL-VOET", "grace=1"],
                                       ["lift", "BEL-VOET"], ["restore", "BEL-VOET"]])  # fmt: skip
def test_an_unknown_id_is_answered_with_the_nearest(case: Path, arguments: list[str]) -> None:
    before = files(case)
    why = [] if arguments[0] == "show" else ["--why", "x"]
    answer = muster(*arguments, "--case", case, *why)
    assert answer.code == 2
    assert "nearest: BEL-VOTE" in answer.err
    assert files(case) == before


# Edits


def test_set_changes_the_line_and_logs_it(case: Path) -> None:
    before = text(case)
    answer = muster("set", "BEL-VOTE", "status=granted", "applies_to={roles: [land]}",
                    "--case", case, "--why", "voted", "--who", "Ann")  # fmt: skip
    assert answer.code == 0, answer.err
    assert text(case) == before.replace("status: pending", "status: granted").replace(
        "authority: Chamber\n", "authority: Chamber\n    applies_to: {roles: [land]}\n"
    )
    (entry,) = entries(case)
    assert (entry["who"], entry["why"], entry["command"], entry["id"]) == (
        "Ann", "voted", "set", "BEL-VOTE"
    )  # fmt: skip
    assert entry["before"] == {"status": "pending", "applies_to": None}
    assert entry["after"] == {"status": "granted", "applies_to": {"roles": ["land"]}}
    assert sorted(each.name for each in case.iterdir()) == [
        "capabilities.csv", "constraints.yaml", "history.jsonl", "requirements.csv"
    ]  # fmt: skip


def test_lift_and_restore(case: Path) -> None:
    assert muster("lift", "BEL-VOTE", "CZE-BASING", "--case", case, "--why", "talks").code == 0
    assert ids(muster("list", "--case", case, "--state", "inactive", "--json")) == [
        "BEL-VOTE", "CZE-BASING", "DNK-OFF"
    ]  # fmt: skip
    assert muster("restore", "DNK-OFF", "BEL-VOTE", "--case", case, "--why", "no").code == 0
    assert ids(muster("list", "--case", case, "--state", "inactive", "--json")) == ["CZE-BASING"]
    answer = muster("restore", "DNK-OFF", "--case", case, "--why", "no")
    assert answer.code == 0
    assert "Nothing changes" in answer.out
    assert [(each["command"], each["id"]) for each in entries(case)] == [
        ("lift", "BEL-VOTE"), ("lift", "CZE-BASING"), ("restore", "DNK-OFF"), ("restore", "BEL-VOTE")
    ]  # fmt: skip
    assert muster("history", "--verify", "--case", case).code == 0


@pytest.mark.parametrize("way", ["fields", "file"])
def test_add(case: Path, tmp_path: Path, way: str) -> None:
    before = text(case)
    if way == "fields":
        given: list[object] = ["ceiling", "id=NEW", "nation=BEL", "units=3", "text=no: more #1"]
    else:
        (tmp_path / "new.yaml").write_text(
            'id: NEW\nkind: ceiling\nnation: BEL\nunits: 3\ntext: "no: more #1"\n', "utf-8"
        )
        given = ["--from-yaml", tmp_path / "new.yaml"]
    answer = muster("add", *given, "--case", case, "--why", "new")
    assert answer.code == 0, answer.err
    assert text(case) == before + (
        '  - {id: NEW, nation: BEL, kind: ceiling, units: 3, text: "no: more #1"}\n'
    )
    assert [each["command"] for each in entries(case)] == ["add"]


EDITS = [
    ["set", "BEL-VOTE", "status=granted"],
    ["lift", "BEL-VOTE"],
    ["restore", "DNK-OFF"],
    ["add", "exclusion", "id=NEW", "nation=BEL"],
]


@pytest.mark.parametrize("arguments", EDITS, ids=lambda each: each[0])
def test_a_dry_run_shows_the_diff_and_writes_nothing(case: Path, arguments: list[str]) -> None:
    before = files(case)
    answer = muster(*arguments, "--case", case, "--dry-run")
    assert answer.code == 0, answer.err
    assert "--- constraints.yaml" in answer.out
    assert "\n+" in answer.out
    assert files(case) == before


@pytest.mark.parametrize("arguments", EDITS, ids=lambda each: each[0])
def test_a_change_needs_a_reason(case: Path, arguments: list[str]) -> None:
    before = files(case)
    answer = muster(*arguments, "--case", case, "--why", "  ")
    assert answer.code == 2
    assert "--why" in answer.err
    assert files(case) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["set", "BEL-VOTE", "satus=granted"], "is no known field; nearest: status"),
        (["set", "BEL-VOTE", "status=gone"], "constraints.yaml:14: "),
        (["set", "BEL-VOTE", "probability=null"], "pending vote without probability"),
        (["set", "ALB-CEILING", "units=-1"], "a whole number, 0 or more"),
        (["set", "ALB-US", "requires=[eu]"], "is no known condition"),
        (["set", "BEL-VOTE", "id=X"], "id cannot be changed"),
        (["set", "BEL-VOTE", "kind=ceiling"], "kind cannot be changed"),
        (["set", "BEL-VOTE", "grace"], "is no field=value"),
        (["set", "BEL-VOTE", "grace=[1"], "is not valid YAML"),
        (["set", "BEL-VOTE", "grace=\x07"], "characters that a case cannot hold"),
        (["set", "BEL-VOTE", "nations=[BEL]"], "either nation or nations"),
        (["add", "exclusoin", "id=N1", "nation=BEL"], "nearest: exclusion"),
        (["add", "exclusion", "nation=BEL"], "id is missing"),
        (["add", "exclusion", "id=BEL-VOTE", "nation=BEL"], "BEL-VOTE"),
        (["add", "exclusion", "id=N1", "nation=QQQ"], "is no known nation"),
        (["add"], "is missing"),
        (["add", "--from-yaml", "/nowhere/x.yaml"], "is missing"),
    ],
)
def test_a_wrong_edit_is_refused_in_the_readers_words(
    case: Path, arguments: list[str], said: str
) -> None:
    before = files(case)
    for way in (["--why", "x"], ["--dry-run"]):
        answer = muster(*arguments, "--case", case, *way)
        assert answer.code == 2
        assert said in answer.err
        assert "Nothing was written." in answer.err
    assert files(case) == before


@pytest.mark.parametrize("arguments", [["list"], ["show", "X"], *EDITS, ["history"]])
def test_a_case_that_is_none_is_refused(tmp_path: Path, arguments: list[str]) -> None:
    more = ["--why", "x"] if arguments in EDITS else []
    assert muster(*arguments, "--case", tmp_path / "no", *more).code == 2
    (tmp_path / "constraints.yaml").write_bytes(b"caveats: [\xff")
    assert muster(*arguments, "--case", tmp_path, *more).code in (0, 2)
    assert not (tmp_path / store.LOCK).exists()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_ends_of_lines_marks_and_permissions_stay(case: Path, mark: bytes, eol: str) -> None:
    path = case / "constraints.yaml"
    before = mark + YAML.replace("\n", eol).encode()
    path.write_bytes(before)
    path.chmod(0o640)
    assert muster("set", "ALB-CEILING", "units=7", "--case", case, "--why", "x").code == 0
    assert path.read_bytes() == before.replace(b"ALB, units: 1", b"ALB, units: 7", 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert muster("history", "--verify", "--case", case).code == 0


def test_the_shipped_case_changes_in_one_line(tmp_path: Path) -> None:
    case = Path(shutil.copytree(ROOT / "data", tmp_path / "data"))
    before = text(case).splitlines(keepends=True)
    assert muster("lift", "FRA-CEILING", "--case", case, "--why", "x").code == 0
    after = text(case).splitlines(keepends=True)
    after.remove("    active: false\n")
    assert sorted(after) == sorted(before) or after == before


# Two editors at once


def test_a_second_editor_is_told_while_the_first_one_edits(case: Path) -> None:
    before = files(case)
    with store._locked(case):
        answer = muster("lift", "BEL-VOTE", "--case", case, "--why", "x")
    assert answer.code == 2
    assert "somebody else is editing this case" in answer.err
    assert files(case) == before
    assert muster("lift", "BEL-VOTE", "--case", case, "--why", "x").code == 0


def test_a_change_made_meanwhile_in_an_editor_stands(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = YAML.replace("force: Test force", "force: Theirs").encode()
    validate = store._validate

    def slow(folder: Path, raw: bytes, file: str) -> None:
        validate(folder, raw, file)
        (folder / "constraints.yaml").write_bytes(theirs)

    monkeypatch.setattr(store, "_validate", slow)
    answer = muster("lift", "BEL-VOTE", "--case", case, "--why", "x")
    assert answer.code == 2
    assert "changed by somebody else" in answer.err
    assert (case / "constraints.yaml").read_bytes() == theirs
    assert sorted(files(case)) == ["capabilities.csv", "constraints.yaml", "requirements.csv"]


def test_of_many_editors_at_once_each_is_written_or_told(case: Path) -> None:
    command = [sys.executable, str(ROOT / "solve.py"), "caveats", "set", "BEL-VOTE"]
    runs = [
        subprocess.Popen(
            [*command, f"grace={i}", "--case", str(case), "--why", str(i)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for i in range(1, 4)
    ]  # fmt: skip
    said = [run.communicate()[1] for run in runs]
    assert {run.returncode for run in runs} <= {0, 2}
    logged = entries(case)
    assert len(logged) == sum(run.returncode == 0 for run in runs) >= 1
    assert all(b"somebody else" in e for e, run in zip(said, runs, strict=True) if run.returncode)
    assert muster("history", "--verify", "--case", case).code == 0


# The log, and crashes


def test_history_shows_who_what_and_why(case: Path) -> None:
    assert "No change" in muster("history", "--case", case).out
    muster("lift", "BEL-VOTE", "--case", case, "--why", "one", "--who", "Ann")
    muster("set", "ALB-CEILING", "units=2", "--case", case, "--why", "two", "--who", "Bob")
    out = muster("history", "--case", case).out
    assert "Ann: lift BEL-VOTE" in out
    assert "ALB-CEILING: units 1 -> 2" in out
    only = muster("history", "ALB-CEILING", "--case", case, "--json").json["entries"]
    assert [each["why"] for each in only] == ["two"]


def test_a_broken_chain_is_told_and_nothing_is_added_to_it(case: Path) -> None:
    muster("lift", "BEL-VOTE", "--case", case, "--why", "one")
    path = case / "history.jsonl"
    path.write_bytes(path.read_bytes().replace(b"one", b"two"))
    before = files(case)
    answer = muster("history", "--verify", "--case", case)
    assert answer.code == 2
    assert "history.jsonl:1: " in answer.err
    assert muster("restore", "BEL-VOTE", "--case", case, "--why", "x").code == 2
    assert files(case) == before


def crash(case: Path, monkeypatch: pytest.MonkeyPatch, name: str, *arguments: str) -> None:
    """Run an edit that dies, as if the power failed, where it calls that function."""

    class Dead(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Dead

    command = ["caveats", *arguments, "--case", str(case), "--why", "x"]
    with monkeypatch.context() as patched:
        patched.setattr(*{"log": (store, "_append"), "swap": (Path, "replace")}[name], die)
        with pytest.raises(Dead):
            CliRunner().invoke(solve.app, command)


def test_a_crash_before_the_swap_is_logged_but_not_written_and_mended(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = text(case)
    crash(case, monkeypatch, "swap", "lift", "BEL-VOTE", "CZE-BASING")
    assert text(case) == before
    answer = muster("history", "--verify", "--case", case)
    assert answer.code == 2
    assert "the last 2 entries are logged but not written" in answer.err
    again = muster("lift", "BEL-VOTE", "--case", case, "--why", "again")
    assert again.code == 0
    assert "Found and logged: the last 2 entries are logged but not written" in again.out
    assert muster("history", "--verify", "--case", case).code == 0
    assert [each["command"] for each in entries(case)] == ["lift", "lift", "found", "lift"]


def test_a_crash_before_the_log_leaves_all_as_it_was(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(case)
    crash(case, monkeypatch, "log", "lift", "BEL-VOTE")
    assert files(case) == before


def test_a_disk_that_is_full_leaves_all_as_it_was(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    muster("lift", "CZE-BASING", "--case", case, "--why", "x")
    with (case / "history.jsonl").open("ab") as file:
        file.write(b'{"when"')
    before = files(case)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        answer = muster("lift", "BEL-VOTE", "--case", case, "--why", "x")
    assert answer.code == 2
    assert "No space left" in answer.err
    assert files(case) == before


def test_a_log_cut_short_is_told_and_mended(case: Path) -> None:
    muster("lift", "BEL-VOTE", "--case", case, "--why", "one")
    path = case / "history.jsonl"
    path.write_bytes(path.read_bytes() + b'{"when":"2026')
    answer = muster("history", "--verify", "--case", case)
    assert answer.code == 2
    assert "history.jsonl:2: the last line is cut short" in answer.err
    assert muster("restore", "BEL-VOTE", "--case", case, "--why", "two").code == 0
    assert muster("history", "--verify", "--case", case).code == 0
    assert '{"when":"2026' in entries(case)[1]["why"]


def test_an_edit_by_hand_is_written_but_not_logged_until_the_next_one(case: Path) -> None:
    muster("lift", "BEL-VOTE", "--case", case, "--why", "one")
    path = case / "constraints.yaml"
    path.write_bytes(path.read_bytes() + b"# by hand\n")
    answer = muster("history", "--verify", "--case", case)
    assert answer.code == 2
    assert "written but not logged" in answer.err
    assert muster("restore", "BEL-VOTE", "--case", case, "--why", "two").code == 0
    assert muster("history", "--verify", "--case", case).code == 0
    assert [each["command"] for each in entries(case)] == ["lift", "found", "restore"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_told(case: Path) -> None:
    case.chmod(0o555)
    assert muster("lift", "BEL-VOTE", "--case", case, "--why", "x").code == 2
    case.chmod(0o755)
