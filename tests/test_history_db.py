"""The history of runs: it survives kills, keeps what many write at once, and finds it again."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from model.faults import InputError
from reports.history_db import Entry, RunHistory
from reports.history_file import MARK
from reports.shape import sha256

ROOT = Path(__file__).resolve().parents[1]
CASE = b"offer,nation\nA1,ALB\n"


def entry(number: int, **changes: object) -> Entry:
    minute, hour = number % 60, number // 60 % 24
    made = f"2026-01-{1 + number // 1440:02}T{hour:02}:{minute:02}:00+00:00"
    first = Entry(
        run=f"{number:012x}", request=f"request {number}", status="optimal", time_limit=600.0,
        made=made, asked=made, folder="/runs/base", case_path="/cases/data", scenarios=(),
        pending="granted", coverage=0.5, tiers={"critical": 1.5}, version="0.1.0",
    )  # fmt: skip
    return dataclasses.replace(first, **changes)  # type: ignore[arg-type]


def keep(history: RunHistory, each: Entry, case: bytes = CASE) -> None:
    files = {"run.json": "{}\n", "plan.json": f"plan of {each.run}\n", "report.pdf": b"%PDF\x00"}
    history.add(each, files, {"capabilities.csv": sha256(case)}, [case])


@pytest.fixture
def history(tmp_path: Path) -> RunHistory:
    return RunHistory(tmp_path / "new" / "runs.sqlite")


def ids(entries: list[Entry]) -> list[int]:
    return [int(each.run, 16) for each in entries]


def test_a_run_comes_out_as_it_went_in(history: RunHistory) -> None:
    assert (history.entries(), history.named("0"), history.content(sha256(CASE))) == ([], [], None)
    one = entry(1, scenarios=("bundestag-no", "other.yaml"))
    keep(history, one)
    assert history.entries() == [one]
    assert history.files(one.run) == {
        "run.json": b"{}\n", "plan.json": f"plan of {one.run}\n".encode(), "report.pdf": b"%PDF\x00"
    }  # fmt: skip
    assert history.inputs(one.run) == {"capabilities.csv": sha256(CASE)}
    assert history.content(sha256(CASE)) == CASE


def test_the_same_run_again_stays_one_and_is_only_asked_for_later(history: RunHistory) -> None:
    keep(history, entry(1))
    history.tag(entry(1).run, "first")
    again = entry(1, made="2027-01-01", asked="2027-01-01", folder="/runs/other")
    keep(history, again)
    [found] = history.entries()
    assert (found.made, found.asked, found.folder) == (entry(1).made, "2027-01-01", "/runs/other")
    assert found.tags == ("first",)


def test_runs_are_listed_newest_first_and_found_by_tag_scenario_case_and_id(
    history: RunHistory,
) -> None:
    for number in (3, 1, 2):
        keep(history, entry(number, scenarios=("a",) if number == 2 else ("a-b",)))
    keep(history, entry(4, case_path="/elsewhere/data"))
    history.tag(entry(3).run, "brief")
    history.tag(entry(1).run, "brief")
    assert ids(history.entries()) == [4, 3, 2, 1]
    assert ids(history.entries(tag="brief")) == [3, 1]
    assert ids(history.entries(scenario="a")) == [2]
    assert ids(history.entries(case="data")) == [4, 3, 2, 1]
    assert ids(history.entries(case="/cases/data")) == [3, 2, 1]
    assert history.entries(case="ata") == []
    assert ids(history.entries(scenario="a-b", most=1)) == [3]
    assert history.count(scenario="a-b") == history.count(case="cases/data") - 1 == 2
    assert history.tags() == ["brief"]
    assert ids(history.named(entry(2).run)) == [2]
    assert ids(history.named("0000")) == [4, 3, 2, 1]
    assert ids(history.named("brief")) == [3, 1]
    assert history.named("%") == history.named("") == []
    assert history.untag(entry(3).run, "brief")
    assert not history.untag(entry(3).run, "brief")
    assert ids(history.named("brief")) == [1]


def test_only_what_was_proven_or_sought_as_long_answers_a_request(history: RunHistory) -> None:
    keep(history, entry(1, request="q", status="time_limit", time_limit=60.0))
    keep(history, entry(2, request="q", status="interrupted", time_limit=900.0))
    assert history.answering("q", 61) is None
    assert history.answering("other", 1) is None
    for limit in (60, 5):
        found = history.answering("q", limit)
        assert found
        assert ids([found]) == [1]
    keep(history, entry(3, request="q", time_limit=10.0))
    found = history.answering("q", 10_000)
    assert found
    assert ids([found]) == [3]


def test_what_is_deleted_is_gone_with_the_inputs_that_no_other_run_has(
    history: RunHistory,
) -> None:
    secret = b"nobody else may read this sentence"
    keep(history, entry(1))
    keep(history, entry(2), secret)
    keep(history, entry(3), secret)
    history.tag(entry(2).run, "gone")
    history.delete([entry(2).run])
    assert history.content(sha256(secret)) == secret
    history.delete([entry(3).run])
    assert history.content(sha256(secret)) is None
    assert history.content(sha256(CASE)) == CASE
    assert ids(history.entries()) == [1]
    assert history.named("gone") == []
    with pytest.raises(InputError, match="holds no files of run"):
        history.files(entry(2).run)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no database, but long enough to be taken for the head of one " * 20, "not a database"),
        (b"\x00" * 4096, "not a database"),
    ],
)
def test_a_file_that_is_no_database_is_one_fault_and_stays_as_it_is(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "runs.sqlite"
    path.write_bytes(content)
    history = RunHistory(path)
    for use in (history.entries, lambda: keep(history, entry(1))):
        with pytest.raises(InputError, match=said):
            use()
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_never_written_to(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE runs (mine)")
        theirs.commit()
    before = path.read_bytes()
    with pytest.raises(InputError, match="another program"):
        keep(RunHistory(path), entry(1))
    assert path.read_bytes() == before


def test_a_history_of_a_later_format_is_refused(history: RunHistory) -> None:
    keep(history, entry(1))
    with closing(sqlite3.connect(history.path)) as database:
        database.execute("PRAGMA user_version=9")
    with pytest.raises(InputError, match="format 9, this Muster knows 1"):
        history.entries()


def test_a_damaged_page_is_a_fault_and_never_an_answer(history: RunHistory) -> None:
    keep(history, entry(1), os.urandom(200_000))
    digest = history.inputs(entry(1).run)["capabilities.csv"]
    content = bytearray(history.path.read_bytes())
    content[100_000:100_100] = bytes(100)
    history.path.write_bytes(content)
    with pytest.raises(InputError):
        history.content(digest)


def test_the_journal_for_network_shares_is_remembered_by_the_file(history: RunHistory) -> None:
    history.journal("delete")
    keep(history, entry(1))
    with closing(sqlite3.connect(history.path)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("PRAGMA application_id").fetchone() == (MARK,)
    history.journal("wal")
    assert ids(history.entries()) == [1]


WRITER = """
import sys
from pathlib import Path
from typing import Any
from reports.history_db import RunHistory
from tests.test_history_db import entry, keep
history, first = RunHistory(Path(sys.argv[1])), int(sys.argv[2])
for number in range(first, first + int(sys.argv[3])):
    keep(history, entry(number), b"case %d" % number * 2000)
    print(number, flush=True)
"""


def writer(history: RunHistory, first: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(history.path), str(first), str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def whole(history: RunHistory) -> None:
    """Every run that is listed is there with all its parts."""
    for each in history.entries():
        assert history.files(each.run)["plan.json"] == f"plan of {each.run}\n".encode()
        [digest] = history.inputs(each.run).values()
        assert history.content(digest) == b"case %d" % int(each.run, 16) * 2000
    with closing(sqlite3.connect(history.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_kill_at_any_moment_loses_nothing_that_was_written(
    history: RunHistory, mode: str
) -> None:
    history.journal(mode)  # type: ignore[arg-type]
    rng = random.Random(mode)
    told: set[int] = set()
    for round_ in range(5):
        process = writer(history, 1000 * round_, 1000)
        assert process.stdout
        told.add(int(process.stdout.readline()))  # it is writing
        time.sleep(rng.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        told |= {int(line) for line in process.communicate()[0].split("\n")[:-1]}
        found = set(ids(history.entries()))
        assert told <= found
        assert len(found - told) <= round_ + 1  # written, but killed before it could say so
        whole(history)
    assert len(told) < 5000


def test_several_that_write_at_once_from_nothing_on_all_get_in(history: RunHistory) -> None:
    processes = [writer(history, 100 * number, 10) for number in range(4)]
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0] * 4
    assert sorted(ids(history.entries())) == [100 * n + i for n in range(4) for i in range(10)]
    whole(history)


def test_a_history_that_another_one_makes_meanwhile_is_no_other_programs(
    history: RunHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = threading.Thread(target=keep, args=(RunHistory(history.path), entry(1)))

    class Late(sqlite3.Connection):
        """The other one makes the file between two looks at it, if it can."""

        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if "sqlite_master" in sql and other.ident is None:
                other.start()
                other.join(1)
            return super().execute(sql, *given)

    usual = sqlite3.connect
    late = iter([Late])
    monkeypatch.setattr(
        sqlite3,
        "connect",
        lambda *given, **more: usual(*given, **more, factory=next(late, sqlite3.Connection)),
    )
    keep(history, entry(0))
    other.join()
    assert sorted(ids(history.entries())) == [0, 1]


def test_ten_thousand_runs_are_held_listed_and_found(history: RunHistory) -> None:
    keep(history, entry(0, request="wanted"))
    with closing(sqlite3.connect(history.path)) as database, database:
        database.executemany(
            "INSERT INTO runs SELECT ?, ?, status, time_limit, ?, asked, folder, case_path, "
            "scenarios, pending, coverage, tiers, version FROM runs WHERE request = 'wanted'",
            [(each.run, each.request, each.made) for each in map(entry, range(1, 10_000))],
        )
    history.tag(entry(7777).run, "brief")
    assert len(history.entries()) == 10_000
    assert ids(history.entries(tag="brief")) == ids(history.named("brief")) == [7777]
    found = history.answering("wanted", 600)
    assert found
    assert ids([found]) == [0]
