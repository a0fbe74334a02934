"""The log of changes: a chain that shows what was touched, and what a crash left."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from model import history

HASHES = [hashlib.sha256(str(i).encode()).hexdigest() for i in range(5)]


def log(count: int = 3, **fields: Any) -> bytes:
    """Return a log of so many changes, each of another file."""
    raw, last = b"", history.FIRST
    for i in range(count):
        line = history.entry(
            last, when="2026-01-06T00:00:00+00:00", who="Zoë", why=f"why {i}", command="set",
            id="A", before={"units": i}, after={"units": i + 1}, sha256_before=HASHES[i],
            sha256_after=HASHES[i + 1], **fields,
        )  # fmt: skip
        raw, last = raw + line, history.sha256(line[:-1])
    return raw


def told(raw: bytes, file: str = HASHES[3]) -> list[str]:
    return [str(fault) for fault in history.faults_of(history.read(raw), file)]


def test_a_whole_log_holds() -> None:
    read = history.read(log())
    assert told(log()) == []
    assert [each["why"] for each in read.records] == ["why 0", "why 1", "why 2"]
    assert read.file == HASHES[3]


def test_no_log_is_a_log_of_nothing() -> None:
    assert told(b"") == []
    assert history.read(b"").last == history.FIRST


def test_each_line_names_the_hash_of_the_one_before_it() -> None:
    lines = log().splitlines()
    assert json.loads(lines[0])["previous"] == "0" * 64
    assert json.loads(lines[1])["previous"] == hashlib.sha256(lines[0]).hexdigest()
    own = {k: v for k, v in json.loads(lines[1]).items() if k != "hash"}
    said = json.dumps(own, ensure_ascii=False, separators=(",", ":")).encode()
    assert json.loads(lines[1])["hash"] == hashlib.sha256(said).hexdigest()


def rehashed(line: bytes) -> bytes:
    """Return a line that somebody changed and gave its own hash again."""
    record = {k: v for k, v in json.loads(line.replace(b"why 1", b"why X")).items() if k != "hash"}
    return history.entry(record.pop("previous"), **record)


@pytest.mark.parametrize(
    ("tamper", "line", "message"),
    [
        (lambda a, b, c: a + b.replace(b"why 1", b"why X") + c, 2, "the line was edited"),
        (lambda a, b, c: a + rehashed(b) + c, 3, "does not follow the line before it"),
        (lambda a, b, c: a + c, 2, "a line was edited, removed or moved here"),
        (lambda a, b, c: b + c, 1, "a line was edited, removed or moved here"),
        (lambda a, b, c: b + a + c, 1, "removed or moved"),
        (lambda a, b, c: a + c + b, 2, "removed or moved"),
        (lambda a, b, c: a + b + b + c, 3, "removed or moved"),
        (lambda a, b, c: a + b"\n" + b + c, 2, "is no entry of this log"),
        (lambda a, b, c: a + b"{}\n" + b + c, 2, "is no entry of this log"),
        (lambda a, b, c: a + b"[" * 9999 + b"\n", 2, "is no entry of this log"),
        (lambda a, b, c: a + b"\xff\n" + b + c, 2, "is no entry of this log"),
        (lambda a, b, c: a + b + c.replace(b'{"when"', b'{ "when"'), 3, "the line was edited"),
        (lambda a, b, c: a + b + c.replace(b'"set"', b"7"), 3, "is no entry of this log"),
        (lambda a, b, c: a + b + c[:-1] + b" \n", 3, "the line was edited"),
        (lambda a, b, c: a.replace(b"\n", b"\r\n") + b + c, 1, "the line was edited"),
        (lambda a, b, c: a + b + c[:-20], 3, "the last line is cut short"),
        (lambda a, b, c: a + b + c[:-1], 3, "the last line is cut short"),
    ],
)
def test_what_was_touched_is_told_with_its_line(
    tamper: Callable[[bytes, bytes, bytes], bytes], line: int, message: str
) -> None:
    first, *_ = faults = told(tamper(*log().splitlines(keepends=True)))
    assert first.startswith(f"history.jsonl:{line}: ")
    assert message in first, faults


@pytest.mark.parametrize("at", range(0, len(log(2)), 7))
def test_no_single_byte_can_be_changed(at: int) -> None:
    raw = bytearray(log(2))
    raw[at] ^= 1
    assert told(bytes(raw), HASHES[2])


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (HASHES[2], "the last entry is logged but not written"),
        (HASHES[1], "the last 2 entries are logged but not written"),
        (HASHES[4], "written but not logged"),
    ],
)
def test_the_two_ways_to_be_out_of_step_are_told_apart(file: str, message: str) -> None:
    assert any(message in each for each in told(log(), file))


def test_lines_taken_off_the_end_show_in_the_file() -> None:
    short = b"".join(log().splitlines(keepends=True)[:2])
    assert any("lines were taken off the end" in each for each in told(short))
