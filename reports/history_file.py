"""The file of the history: an SQLite database that outlives a kill, and that many write at once.

What is written is in the write-ahead log before ``writing`` ends, and a killed writer leaves
nothing half done. On a network share such a log is not safe: ``journal`` switches the file over.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from model.faults import Fault, InputError

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


class HistoryFile:
    """Opens the file for each look or change. It is made by the first change.

    Whatever is wrong with the file, now or while it is open, is raised as InputError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say in one fault what is wrong with the file."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, zlib.error, zipfile.BadZipFile) as error:
            message = f"cannot be used as the history of runs: {error}"
            raise InputError([self.fault(message)]) from None

    def fault(self, message: str) -> Fault:
        """Return what is wrong with the file."""
        return Fault(str(self.path), 0, "", "", message)

    def _connected(self, mode: str = "") -> sqlite3.Connection:
        where = f"{self.path.absolute().as_uri()}?mode={mode}" if mode else str(self.path)
        return sqlite3.connect(where, timeout=WAIT, isolation_level=None, uri=bool(mode))

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(f"{self.path.name}{ending}")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Open the file without changing it; None where there is none."""
        with self.told():
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
                    journals = map(self._beside, ("-wal", "-journal"))
                    if os.access(self.path.parent, os.W_OK) or any(map(Path.exists, journals)):
                        raise
                    database.close()
                    database = self._connected("ro&immutable=1")
                    ours = self._ours(database)
                yield database if ours else None
            finally:
                database.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open the file, made if need be, for one change: all of it is kept, or nothing."""
        with self.told():
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
        looks = not database.in_transaction
        if looks:  # at one moment: another process may be making it
            database.execute("BEGIN")
        try:
            mark = database.execute("PRAGMA application_id").fetchone()[0]
            held = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            form = database.execute("PRAGMA user_version").fetchone()[0]
        finally:
            if looks and database.in_transaction:
                database.execute("ROLLBACK")
        if not held and mark in (0, MARK):
            return False
        if mark != MARK:
            raise InputError([self.fault("is the database of another program")])
        if form != FORMAT:
            message = f"is a history of format {form}, this Muster knows {FORMAT}"
            raise InputError([self.fault(message)])
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

    def journal(self, mode: Literal["wal", "delete"]) -> None:
        """Switch the kind of journal; the file remembers it. No other may have it open."""
        with self.writing():
            pass  # made, where there was none
        with self.told(), contextlib.closing(self._connected()) as database:
            found = database.execute(f"PRAGMA journal_mode={mode}").fetchone()[0]
            if found != mode:
                raise InputError([self.fault(f"keeps its journal: {found}")])
