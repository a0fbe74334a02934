"""The history of runs: one SQLite file that outlives a kill, and that many may write at once.

A run is kept whole: its files as one compressed blob, and the bytes of everything it was made
from. Inputs are kept once by their SHA-256, however many runs share them, so that a run can be
read, compared and restored after its case has changed or moved.

What is written is in the write-ahead log before ``add`` returns, and a killed writer leaves
nothing half done. On a network share such a log is not safe: ``journal`` switches the file over.
"""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from model.faults import Fault, InputError
from reports.shape import sha256

FORMAT = 1
MARK = 0x4D535452  # "MSTR": what SQLite files of ours carry, so that no other is ever written to
WAIT = 30.0  # seconds for another process to end its write
_START = 10.0  # seconds for others that make the same new file at the same moment
_SCHEMA = """
CREATE TABLE runs (
  run TEXT PRIMARY KEY, request TEXT NOT NULL, status TEXT NOT NULL, time_limit REAL NOT NULL,
  made TEXT NOT NULL, asked TEXT NOT NULL, folder TEXT NOT NULL, case_path TEXT NOT NULL,
  scenarios TEXT NOT NULL, pending TEXT NOT NULL, coverage REAL NOT NULL, tiers TEXT NOT NULL,
  version TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX runs_request ON runs (request);
CREATE INDEX runs_made ON runs (made);
CREATE TABLE files (run TEXT PRIMARY KEY REFERENCES runs ON DELETE CASCADE, content BLOB NOT NULL);
CREATE TABLE tags (
  tag TEXT NOT NULL, run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  PRIMARY KEY (tag, run)) WITHOUT ROWID;
CREATE INDEX tags_run ON tags (run);
CREATE TABLE inputs (hash TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE run_inputs (
  run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, name TEXT NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (run, name)) WITHOUT ROWID;
CREATE INDEX run_inputs_hash ON run_inputs (hash);
"""
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
        packed = _packed(files)
        # Compressed before the lock is taken: others wait for the write alone.
        kept = {sha256(content): zlib.compress(content) for content in contents}
        values = (
            entry.run, entry.request, entry.status, entry.time_limit, entry.made, entry.asked,
            entry.folder, entry.case_path, json.dumps(entry.scenarios), entry.pending,
            entry.coverage, json.dumps(entry.tiers), entry.version,
        )  # fmt: skip
        marks = ", ".join("?" * len(values))
        with self._writing() as database:
            database.execute(
                f"INSERT INTO runs ({_COLUMNS}) VALUES ({marks}) "  # noqa: S608 - names of ours
                "ON CONFLICT (run) DO UPDATE SET asked = excluded.asked, folder = excluded.folder",
                values,
            )
            database.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", (entry.run, packed))
            database.executemany(
                "INSERT OR IGNORE INTO run_inputs VALUES (?, ?, ?)",
                [(entry.run, name, digest) for name, digest in inputs.items()],
            )
            database.executemany("INSERT OR IGNORE INTO inputs VALUES (?, ?)", kept.items())

    def tag(self, run: str, tag: str) -> None:
        """Give a run a tag; several runs may have the same."""
        with self._writing() as database:
            database.execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", (tag, run))

    def untag(self, run: str, tag: str) -> bool:
        """Take a tag from a run; return whether it had it."""
        with self._writing() as database:
            found = database.execute("DELETE FROM tags WHERE tag = ? AND run = ?", (tag, run))
            return found.rowcount > 0

    def delete(self, runs: Iterable[str]) -> None:
        """Forget runs, with the inputs that no other run has."""
        with self._writing() as database:
            database.executemany("DELETE FROM runs WHERE run = ?", [(run,) for run in runs])
            database.execute(
                "DELETE FROM inputs WHERE NOT EXISTS "
                "(SELECT 1 FROM run_inputs WHERE run_inputs.hash = inputs.hash)"
            )

    def journal(self, mode: Literal["wal", "delete"]) -> None:
        """Switch the kind of journal; the file remembers it. No other may have it open."""
        with self._writing():
            pass  # made, where there was none
        with self._told(), contextlib.closing(self._connected()) as database:
            found = database.execute(f"PRAGMA journal_mode={mode}").fetchone()[0]
            if found != mode:
                raise InputError([self._fault(f"keeps its journal: {found}")])

    # What comes out

    def entries(self, tag: str = "", scenario: str = "", case: str = "") -> list[Entry]:
        """Return the runs, newest first: all, or those that fit.

        Args:
            tag: that they have.
            scenario: that is among theirs.
            case: folder of their case: its whole path, or the end of it.
        """
        with self._reading() as database:
            if database is None:
                return []
            rows = database.execute(f"{_BY_RUN} ORDER BY made DESC, run").fetchall()
            tags: dict[str, list[str]] = {}
            for run, each in database.execute("SELECT run, tag FROM tags ORDER BY tag"):
                tags.setdefault(run, []).append(each)
        found = (_entry(row, tags.get(row[0], ())) for row in rows)
        return [
            each
            for each in found
            if (not tag or tag in each.tags)
            and (not scenario or scenario in each.scenarios)
            and (not case or Path(each.case_path).match(case))
        ]

    def named(self, name: str) -> list[Entry]:
        """Return the runs whose id begins so, or that have such a tag; newest first."""
        with self._reading() as database:
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
        with self._reading() as database:
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
        with self._reading() as database:
            query = "SELECT content FROM files WHERE run = ?"
            row = database and database.execute(query, (run,)).fetchone()
            if not row:
                raise InputError([self._fault(f"holds no files of run {run}")])
            with zipfile.ZipFile(io.BytesIO(row[0])) as packed:
                return {name: packed.read(name) for name in packed.namelist()}

    def inputs(self, run: str) -> dict[str, str]:
        """Return the SHA-256 of each file that a run was made from, by name."""
        with self._reading() as database:
            query = "SELECT name, hash FROM run_inputs WHERE run = ? ORDER BY name"
            return dict(database.execute(query, (run,))) if database else {}

    def content(self, digest: str) -> bytes | None:
        """Return an input by its SHA-256, if it is kept."""
        with self._reading() as database:
            query = "SELECT content FROM inputs WHERE hash = ?"
            row = database and database.execute(query, (digest,)).fetchone()
            content = zlib.decompress(row[0]) if row else None
            if content is not None and sha256(content) != digest:
                raise InputError([self._fault(f"is damaged: input {digest[:12]} has changed")])
            return content

    # The file

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in one fault what is wrong with the file."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, zlib.error, zipfile.BadZipFile) as error:
            message = f"cannot be used as the history of runs: {error}"
            raise InputError([self._fault(message)]) from None

    def _fault(self, message: str, allowed: str = "") -> Fault:
        return Fault(str(self.path), 0, "", "", message, allowed)

    def _connected(self, mode: str = "") -> sqlite3.Connection:
        where = f"{self.path.absolute().as_uri()}?mode={mode}" if mode else str(self.path)
        return sqlite3.connect(where, timeout=WAIT, isolation_level=None, uri=bool(mode))

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(f"{self.path.name}{ending}")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Open the file without changing it; None where there is none."""
        with self._told():
            if not self.path.exists():
                yield None
                return
            database = self._connected("rw")
            try:
                try:
                    ours = self._ours(database)
                except sqlite3.OperationalError:
                    # In a folder that cannot be written to there is no place for the log's index.
                    # Where no journal lies beside the file, it alone is the whole history.
                    if any(map(Path.exists, map(self._beside, ("-wal", "-journal")))):
                        raise
                    database.close()
                    database = self._connected("ro&immutable=1")
                    ours = self._ours(database)
                yield database if ours else None
            finally:
                database.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Open the file, made if need be, for one change: all of it is kept, or nothing."""
        with self._told():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(self._connected()) as database:
                self._make(database)
                logged = database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
                database.execute(f"PRAGMA synchronous={'NORMAL' if logged else 'FULL'}")
                database.execute("PRAGMA foreign_keys=ON")
                database.execute("PRAGMA secure_delete=ON")  # what is deleted is gone
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                except BaseException:
                    database.execute("ROLLBACK")
                    raise
                database.execute("COMMIT")

    def _ours(self, database: sqlite3.Connection) -> bool:
        """Whether the file holds a history; False for one that is still empty."""
        mark = database.execute("PRAGMA application_id").fetchone()[0]
        held = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        form = database.execute("PRAGMA user_version").fetchone()[0]
        if not held and mark in (0, MARK):
            return False
        if mark != MARK:
            raise InputError([self._fault("is the database of another program")])
        if form != FORMAT:
            message = f"is a history of format {form}, this Muster knows {FORMAT}"
            raise InputError([self._fault(message)])
        return True

    def _make(self, database: sqlite3.Connection) -> None:
        until = time.monotonic() + _START
        while not self._ours(database):
            try:
                database.execute("PRAGMA journal_mode=wal")
                database.execute("BEGIN IMMEDIATE")
                if not self._ours(database):
                    for statement in _SCHEMA.split(";"):
                        database.execute(statement)
                    database.execute(f"PRAGMA application_id={MARK}")
                    database.execute(f"PRAGMA user_version={FORMAT}")
                database.execute("COMMIT")
            except sqlite3.OperationalError:
                # Where several make it at once, SQLite does not wait for the switch of journals.
                if database.in_transaction:
                    database.execute("ROLLBACK")
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)


def _packed(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _tags(database: sqlite3.Connection, run: str) -> list[str]:
    query = "SELECT tag FROM tags WHERE run = ? ORDER BY tag"
    return [tag for (tag,) in database.execute(query, (run,))]


def _entry(row: Sequence[Any], tags: Iterable[str]) -> Entry:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    values["scenarios"] = tuple(json.loads(values["scenarios"]))
    values["tiers"] = json.loads(values["tiers"])
    return Entry(**values, tags=tuple(tags))
