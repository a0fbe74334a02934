"""The log of changes: JSON lines, each naming the hash of the one before it.

A change is logged first and written to ``constraints.yaml``, or to a table, second. So where a
crash strikes between the two, the last line names a file that is not there while its
``sha256_before`` still is: logged, but not written. Where the file is neither, it was changed
without being logged. The next edit says in a line of its own which of the two it found, and goes on
from there.

The chain shows what was edited, taken out or moved. It cannot show that somebody wrote the whole
log anew; lines taken off its end show only in that the file is not as the last line left it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from model.checks import YAML
from model.faults import Fault

FILE = "history.jsonl"
"""The log of ``constraints.yaml``; each table has one of its own, see ``log_name``."""
FIRST = "0" * 64
FOUND = "found"
"""The command of a line that tells what an edit found out of step."""
FIELDS = (
    "when", "who", "why", "command", "id", "before", "after",
    "sha256_before", "sha256_after", "previous", "hash",
)  # fmt: skip
_HASHES = frozenset(("sha256_before", "sha256_after", "previous", "hash"))
_OBJECTS = frozenset(("before", "after"))

Record = dict[str, Any]


@dataclass(frozen=True)
class History:
    """A log that was read.

    Attributes:
        records: its entries, up to the first fault.
        faults: where the chain breaks.
        torn: what stands at the end of the log without an end of line: a write cut short.
        last: hash of the last line, that the next one has to name.
        about: the file of the case that it tells of.
    """

    records: tuple[Record, ...] = ()
    faults: tuple[Fault, ...] = ()
    torn: bytes = b""
    last: str = FIRST
    about: str = YAML

    @property
    def file(self) -> str | None:
        """The hash of the file as the last entry left it; None with no entry."""
        return str(self.records[-1]["sha256_after"]) if self.records else None


def log_name(about: str) -> str:
    """Return the name of the log of a file of the case."""
    return FILE if about == YAML else f"{about.removesuffix('.csv')}.{FILE}"


def read(raw: bytes, about: str = YAML) -> History:
    """Read the log of a file and follow its chain."""
    *lines, torn = raw.split(b"\n")
    records: list[Record] = []
    last = FIRST
    for number, line in enumerate(lines, start=1):
        record = _record(line)
        message = _wrong(line, record, records, last, about)
        if record is None or message:
            fault = Fault(
                log_name(about), number, "", "", message, "the chain holds up to the line before"
            )
            return History(tuple(records), (fault,), torn, last, about)
        records.append(record)
        last = sha256(line)
    return History(tuple(records), (), torn, last, about)


def entry(previous: str, **fields: Any) -> bytes:
    """Return a line of the log, with its end of line."""
    record = {**fields, "previous": previous}
    record["hash"] = sha256(_canonical(record))
    return _canonical(record) + b"\n"


def standing(history: History, file: str) -> str:
    """Say how the file, by its hash, stands to the log; empty where they agree."""
    if not history.records or history.file == file:
        return ""
    # Several entries may have been logged for one write of the file.
    for open_, record in enumerate(reversed(history.records), start=1):
        if record["sha256_before"] == file:
            what = "the last entry is" if open_ == 1 else f"the last {open_} entries are"
            return (
                f"{what} logged but not written: {history.about} is as it was before (the write "
                "was cut short, or the file was put back)"
            )
    return (
        f"written but not logged: {history.about} is not as the last entry left it (it was "
        "changed without these commands, or lines were taken off the end of the log)"
    )


def faults_of(history: History, file: str) -> list[Fault]:
    """Return all that is wrong with a log, the file of this hash beside it."""
    faults = list(history.faults)
    if history.torn:
        number = len(history.records) + len(faults) + 1
        faults.append(
            Fault(log_name(history.about), number, "", "", "the last line is cut short", _NEXT)
        )
    if not history.faults and (said := standing(history, file)):
        name = log_name(history.about)
        faults.append(Fault(name, len(history.records), "", "", said, _NEXT))
    return faults


_NEXT = "the next edit logs that it found this, and goes on"


def sha256(raw: bytes) -> str:
    """Return the hash of some bytes."""
    return hashlib.sha256(raw).hexdigest()


def _record(line: bytes) -> Record | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or set(value) != set(FIELDS):
        return None
    for name, each in value.items():
        if not isinstance(each, dict if name in _OBJECTS else str):
            return None
    return value if all(len(value[name]) == 64 for name in _HASHES) else None


def _wrong(line: bytes, record: Record | None, before: list[Record], last: str, about: str) -> str:
    if record is None:
        return "is no entry of this log: the line was edited"
    rest = {name: each for name, each in record.items() if name != "hash"}
    if record["hash"] != sha256(_canonical(rest)) or line != _canonical(record):
        return "does not give its own hash: the line was edited"
    if record["previous"] != last:
        return "does not follow the line before it: a line was edited, removed or moved here"
    if before and record["sha256_before"] != before[-1]["sha256_after"]:
        return f"begins with another {about} than the line before it left"
    return ""


def _canonical(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
