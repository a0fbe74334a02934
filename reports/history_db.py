"""The history of runs: what is kept of each, and how it is found again.

A run is kept whole: its files as one compressed blob, and the bytes of everything it was made
from. Inputs are kept once by their SHA-256, however many runs share them, so that a run can be
read, compared and restored after its case has changed or moved.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from model.faults import InputError
from reports.history_file import HistoryFile
from reports.shape import sha256

_COLUMNS = (
    "run, request, status, time_limit, made, asked, folder, case_path, scenarios, pending, "
    "coverage, tiers, version"
)
_BY_RUN = f"SELECT {_COLUMNS} FROM runs"  # noqa: S608 - names of ours only


@dataclass(frozen=True)
class Entry:
    """A run as the list shows it.

    Attributes:
        run: its id, which follows from inputs and plan.
        request: hash of all that decides the answer but the time limit.
        made, asked: when it was solved, and when it was last asked for; ISO 8601 with zone.
        folder: where it was last written.
        tiers: the value of each tier.
    """

    run: str
    request: str
    status: str
    time_limit: float
    made: str
    asked: str
    folder: str
    case_path: str
    scenarios: tuple[str, ...]
    pending: str
    coverage: float
    tiers: dict[str, float]
    version: str
    tags: tuple[str, ...] = ()


class RunHistory:
    """The file with the history. It is made by the first write; until then it is empty.

    Every method raises InputError where the file cannot be read, cannot be written, is damaged,
    or is not ours.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = HistoryFile(path)

    # What goes in

    def add(self, entry: Entry, files: Mapping[str, str | bytes], inputs: Mapping[str, str],
            contents: Iterable[bytes]) -> None:  # fmt: skip
        """Keep a run, or note that a run which is kept already was asked for again.

        Args:
            entry: what the list shows of it; its tags are not looked at.
            files: what every file of the run holds, by name.
            inputs: SHA-256 of each file that it was made from, by name.
            contents: these files, as far as they are at hand.
        """
        with self._file.reading() as database:
            query = "SELECT 1 FROM runs WHERE run = ?"
            known = database and database.execute(query, (entry.run,)).fetchone()
        # Compressed before the lock is taken: others wait for the write alone.
        packed = None if known else _packed(files)
        values = (
            entry.run, entry.request, entry.status, entry.time_limit, entry.made, entry.asked,
            entry.folder, entry.case_path, json.dumps(entry.scenarios), entry.pending,
            entry.coverage, json.dumps(entry.tiers), entry.version,
        )  # fmt: skip
        marks = ", ".join("?" * len(values))
        with self._file.writing() as database:
            again = "UPDATE runs SET asked = ?, folder = ? WHERE run = ?"
            if database.execute(again, (entry.asked, entry.folder, entry.run)).rowcount:
                return
            database.execute(
                f"INSERT INTO runs ({_COLUMNS}) VALUES ({marks})",  # noqa: S608 - names of ours
                values,
            )
            # Deleted by another process since it was known: then it is packed now.
            database.execute(
                "INSERT INTO files VALUES (?, ?)", (entry.run, packed or _packed(files))
            )
            database.executemany(
                "INSERT INTO run_inputs VALUES (?, ?, ?)",
                [(entry.run, name, digest) for name, digest in inputs.items()],
            )
            for content in contents:
                digest = sha256(content)
                query = "SELECT 1 FROM inputs WHERE hash = ?"
                if not database.execute(query, (digest,)).fetchone():
                    kept = (digest, zlib.compress(content))
                    database.execute("INSERT INTO inputs VALUES (?, ?)", kept)

    def tag(self, run: str, tag: str) -> None:
        """Give a run a tag; several runs may have the same."""
        with self._file.writing() as database:
            database.execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", (tag, run))

    def untag(self, run: str, tag: str) -> bool:
        """Take a tag from a run; return whether it had it."""
        with self._file.writing() as database:
            found = database.execute("DELETE FROM tags WHERE tag = ? AND run = ?", (tag, run))
            return found.rowcount > 0

    def delete(self, runs: Iterable[str]) -> None:
        """Forget runs, with the inputs that no other run has."""
        with self._file.writing() as database:
            database.executemany("DELETE FROM runs WHERE run = ?", [(run,) for run in runs])
            database.execute(
                "DELETE FROM inputs WHERE NOT EXISTS "
                "(SELECT 1 FROM run_inputs WHERE run_inputs.hash = inputs.hash)"
            )

    def journal(self, mode: Literal["wal", "delete"]) -> None:
        """Switch the kind of journal; the file remembers it. No other may have it open."""
        self._file.journal(mode)

    # What comes out

    def entries(
        self, tag: str = "", scenario: str = "", case: str = "", most: int = 0
    ) -> list[Entry]:
        """Return the runs, newest first: all, or those that fit.

        Args:
            tag: that they have.
            scenario: that is among theirs.
            case: folder of their case: its whole path, or the end of it.
            most: return no more than so many; 0: all of them.
        """
        with self._file.reading() as database:
            if database is None:
                return []
            where, values = _fitting(tag, scenario, case)
            rows = database.execute(
                f"{_BY_RUN} WHERE {where} ORDER BY made DESC, run LIMIT ?", (*values, most or -1)
            ).fetchall()
            return [_entry(row, _tags(database, row[0])) for row in rows]

    def count(self, tag: str = "", scenario: str = "", case: str = "") -> int:
        """Return how many runs fit, see ``entries``."""
        with self._file.reading() as database:
            if database is None:
                return 0
            where, values = _fitting(tag, scenario, case)
            query = f"SELECT count(*) FROM runs WHERE {where}"  # noqa: S608 - names of ours only
            return int(database.execute(query, values).fetchone()[0])

    def tags(self) -> list[str]:
        """Return every tag that some run has."""
        with self._file.reading() as database:
            query = "SELECT DISTINCT tag FROM tags ORDER BY tag"
            return [tag for (tag,) in database.execute(query)] if database else []

    def named(self, name: str) -> list[Entry]:
        """Return the runs whose id begins so, or that have such a tag; newest first."""
        with self._file.reading() as database:
            if database is None:
                return []
            # No id has a letter above f, so these are all that begin with the name.
            rows = database.execute(
                f"{_BY_RUN} WHERE run BETWEEN ? AND ? OR run IN "  # noqa: S608 - names of ours
                "(SELECT run FROM tags WHERE tag = ?) ORDER BY made DESC, run",
                (name, f"{name}g", name),
            ).fetchall()
            return [_entry(row, _tags(database, row[0])) for row in rows] if name else []

    def answering(self, request: str, time_limit: float) -> Entry | None:
        """Return a run that answers the request: proven, or looked for at least so long."""
        with self._file.reading() as database:
            if database is None:
                return None
            row = database.execute(
                f"{_BY_RUN} WHERE request = ? AND (status = 'optimal' OR "
                "(status <> 'interrupted' AND time_limit >= ?)) "
                "ORDER BY status = 'optimal' DESC, time_limit DESC, made DESC LIMIT 1",
                (request, time_limit),
            ).fetchone()
            return _entry(row, _tags(database, row[0])) if row else None

    def files(self, run: str) -> dict[str, bytes]:
        """Return the files of a run that is kept."""
        with self._file.reading() as database:
            query = "SELECT content FROM files WHERE run = ?"
            row = database and database.execute(query, (run,)).fetchone()
            if not row:
                raise InputError([self._file.fault(f"holds no files of run {run}")])
            with zipfile.ZipFile(io.BytesIO(row[0])) as packed:
                return {name: packed.read(name) for name in packed.namelist()}

    def inputs(self, run: str) -> dict[str, str]:
        """Return the SHA-256 of each file that a run was made from, by name."""
        with self._file.reading() as database:
            query = "SELECT name, hash FROM run_inputs WHERE run = ? ORDER BY name"
            return dict(database.execute(query, (run,))) if database else {}

    def content(self, digest: str) -> bytes | None:
        """Return an input by its SHA-256, if it is kept."""
        with self._file.reading() as database:
            query = "SELECT content FROM inputs WHERE hash = ?"
            row = database and database.execute(query, (digest,)).fetchone()
            content = zlib.decompress(row[0]) if row else None
            if content is not None and sha256(content) != digest:
                raise InputError([self._file.fault(f"is damaged: input {digest[:12]} has changed")])
            return content


def _packed(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _fitting(tag: str, scenario: str, case: str) -> tuple[str, list[str]]:
    """Return a condition on runs, and the values in it."""
    parts, values = ["1"], []
    if tag:
        parts.append("run IN (SELECT run FROM tags WHERE tag = ?)")
        values.append(tag)
    if scenario:
        parts.append("instr(scenarios, ?)")  # a list in JSON: its quotes delimit the names
        values.append(json.dumps(scenario))
    if case:
        end = str(Path(case))
        parts.append("(case_path = ? OR substr(case_path, -length(?)) = ?)")
        values += [end, f"{os.sep}{end}", f"{os.sep}{end}"]
    return " AND ".join(parts), values


def _tags(database: sqlite3.Connection, run: str) -> list[str]:
    query = "SELECT tag FROM tags WHERE run = ? ORDER BY tag"
    return [tag for (tag,) in database.execute(query, (run,))]


def _entry(row: Sequence[Any], tags: Iterable[str]) -> Entry:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    values["scenarios"] = tuple(json.loads(values["scenarios"]))
    values["tiers"] = json.loads(values["tiers"])
    return Entry(**values, tags=tuple(tags))
