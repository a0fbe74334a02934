"""A case on disk while somebody edits it: one editor at a time, all or nothing, and logged.

The changed case is read as a whole from a copy before anything is written. Then the change is
logged, then the file is swapped in by one rename (see ``history`` for what a crash
between the two leaves behind).
"""

from __future__ import annotations

import contextlib
import datetime
import difflib
import getpass
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model import disk, history
from model.case import Case
from model.checks import LINES, OFFERS, YAML
from model.edit import Change
from model.faults import Fault, InputError
from model.read import read_case

LOCK = ".constraints.lock"
_BOM = b"\xef\xbb\xbf"

Steps = Sequence[tuple[str, Change]]
"""The text after each change, and the change."""


@dataclass(frozen=True)
class Author:
    """Who changes something, and why."""

    who: str
    why: str
    command: str


@dataclass(frozen=True)
class Edited:
    """What an edit did, or would do.

    Attributes:
        diff: the change of the file as a unified diff; empty where nothing changes.
        found: what the edit found out of step between file and log, and logged.
    """

    changes: tuple[Change, ...]
    diff: str
    before: str
    after: str
    written: bool
    found: str = ""


def text_at(path: Path) -> str:
    """Return the text of any file.

    Raises:
        InputError: it cannot be read.
    """
    return _text(disk.contents(path), path.name)


def login() -> str:
    """Return the name under which this person is known to the system."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # nobody: a container without a user's name
        return "unknown"


def log_of(folder: Path, file: str = YAML) -> tuple[history.History, str]:
    """Return the log of a file of the case, and the file's hash.

    Raises:
        InputError: one of the two cannot be read.
    """
    now = history.sha256(disk.contents(folder / file))
    path = folder / history.log_name(file)
    return history.read(disk.contents(path) if path.exists() else b"", file), now


def snapshot(folder: Path) -> tuple[Case, str]:
    """Return a case, and the text of ``constraints.yaml`` that it was read from.

    Raises:
        InputError: it has faults, or was changed just now.
    """
    raw = disk.contents(folder / YAML)
    case = read_case(folder).case
    if case.files[YAML] != history.sha256(raw):
        message = "was changed while it was read"
        raise InputError([Fault(YAML, 0, "", "", message, "try again")])
    return case, _text(raw)


def make(
    folder: Path, edit: Callable[[str], Steps], author: Author | None, file: str = YAML
) -> Edited:
    """Make an edit of a file of the case that somebody signs, or return what it would do.

    Raises:
        InputError: as ``preview`` and ``apply`` do.
    """
    if author is None:
        return preview(folder, edit, file)
    return apply(folder, edit, author, file)


def preview(folder: Path, edit: Callable[[str], Steps], file: str = YAML) -> Edited:
    """Return what an edit would do, having checked the case that it would make.

    Raises:
        InputError: the edit is wrong, or the case would be.
    """
    raw = disk.contents(folder / file)
    return _edited(folder, raw, edit, file)[0]


def apply(folder: Path, edit: Callable[[str], Steps], author: Author, file: str = YAML) -> Edited:
    """Make an edit: check it, log it, write it.

    Raises:
        InputError: the edit or the case it makes is wrong, somebody else edits the case, or it
            cannot be written. Nothing was written then.
    """
    with _locked(folder):
        raw = disk.contents(folder / file)
        edited, steps = _edited(folder, raw, edit, file)
        if not edited.changes:
            return edited
        log, _ = log_of(folder, file)
        if log.faults:
            message = f"is broken, so nothing is added to it: {log.faults[0].message}"
            allowed = "put back a good copy, or move the file aside to begin a new log"
            raise InputError(
                [Fault(history.log_name(file), log.faults[0].line, "", "", message, allowed)]
            )
        lines, found = _lines(log, raw, steps, author)
        _write(folder / file, raw, steps[-1][0], log, b"".join(lines))
        return Edited(
            edited.changes, edited.diff, edited.before, edited.after, written=True, found=found
        )


def faults_of(folder: Path, text: str, file: str = YAML) -> list[Fault]:
    """Return what would be wrong with the case if one of its files held this text."""
    try:
        _validate(folder, text.encode("utf-8"), file)
    except InputError as error:
        return error.faults
    return []


# The edit


def _edited(
    folder: Path, raw: bytes, edit: Callable[[str], Steps], file: str
) -> tuple[Edited, list[tuple[str, Change]]]:
    text = _text(raw, file)
    steps = [step for step in edit(text) if step[1].after]
    new = steps[-1][0] if steps else text
    if steps:
        _validate(folder, _bytes(raw, new), file)
    diff = "".join(
        each if each.endswith("\n") else f"{each}\n"
        for each in difflib.unified_diff(
            _shown(text), _shown(new), f"{file} (now)", f"{file} (changed)"
        )
    )
    after = history.sha256(_bytes(raw, new))
    changes = tuple(change for _, change in steps)
    return Edited(changes, diff, history.sha256(raw), after, written=False), steps


def _validate(folder: Path, raw: bytes, file: str = YAML) -> None:
    """Read the case as it would be."""
    with tempfile.TemporaryDirectory(prefix="muster-") as name:
        staged = Path(name)
        for other in {OFFERS, LINES, YAML} - {file}:
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(folder / other, staged / other)
        (staged / file).write_bytes(raw)
        read_case(staged)


def _lines(
    log: history.History, raw: bytes, steps: Steps, author: Author
) -> tuple[list[bytes], str]:
    """Return the lines that the log gains, and what was found out of step before them."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    before = history.sha256(raw)
    found = history.standing(log, before)
    if log.torn:
        cut = f"the last line of the log was cut short and was taken off: {log.torn!r}"
        found = f"{found}; {cut}" if found else cut
    lines: list[bytes] = []
    last = log.last
    if found:
        at = log.file or before
        lines.append(
            history.entry(
                last, when=now, who=author.who, why=found, command=history.FOUND, id="",
                before={}, after={}, sha256_before=at, sha256_after=before,
            )
        )  # fmt: skip
        last = history.sha256(lines[-1][:-1])
    for text, change in steps:
        after = history.sha256(_bytes(raw, text))
        lines.append(
            history.entry(
                last, when=now, who=author.who, why=author.why, command=author.command,
                id=change.id, before=change.before, after=change.after, sha256_before=before,
                sha256_after=after,
            )
        )  # fmt: skip
        before, last = after, history.sha256(lines[-1][:-1])
    return lines, found


# Files


def _text(raw: bytes, name: str = YAML) -> str:
    try:
        return raw.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError([Fault(name, line, "", "", "is no UTF-8 text")]) from None


def _bytes(raw: bytes, text: str) -> bytes:
    """Return the text as bytes, with a byte order mark where there was one."""
    return (_BOM if raw.startswith(_BOM) else b"") + text.encode("utf-8")


def _shown(text: str) -> list[str]:
    return [line + "\n" for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n")]


def _write(file: Path, raw: bytes, text: str, log: history.History, lines: bytes) -> None:
    """Log a change, then put the new file in place; both or neither."""
    # A link leads to the file itself, which is the one to replace.
    path = file.resolve()
    logged = file.parent / history.log_name(file.name)
    staged = path.with_name(f".{path.name}.{secrets.token_hex(4)}.muster-new")
    try:
        disk.write(staged, _bytes(raw, text))
        shutil.copymode(path, staged)
        if path.read_bytes() != raw:
            message = "was changed by somebody else in the meantime; their change stands"
            raise InputError([Fault(file.name, 0, "", "", message, "look at it, then try again")])
        length = logged.stat().st_size - len(log.torn) if logged.exists() else None
        try:
            _append(logged, lines, length or 0)
            staged.replace(path)
        except OSError:
            _take_back(logged, length, log.torn)
            raise
        disk.sync(path.parent)
    except OSError as error:
        raise InputError([disk.cannot(path, "cannot be written", error)]) from None
    finally:
        staged.unlink(missing_ok=True)


def _append(path: Path, lines: bytes, at: int) -> None:
    """Write lines at the end of the log, over what a crash cut short there."""
    with path.open("r+b" if path.exists() else "xb") as file:
        file.seek(at)
        file.truncate()
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _take_back(path: Path, length: int | None, torn: bytes) -> None:
    with contextlib.suppress(OSError):
        if length is None:
            path.unlink(missing_ok=True)
        else:
            _append(path, torn, length)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other editors of the case out; the system lets go of the lock if this one dies.

    Raises:
        InputError: somebody else has it, or the folder cannot be written to.
    """
    path = folder / LOCK
    if not folder.is_dir():
        raise InputError([Fault(str(folder), 0, "", "", "is no folder with a case")])
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise InputError([disk.cannot(folder, "cannot be written to", error)]) from None
    try:
        if not _taken(handle, path):
            message = "somebody else is editing this case at this moment"
            allowed = "wait a moment, then try again"
            raise InputError([Fault(str(folder), 0, "", "", message, allowed)])
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                path.unlink()  # still locked: whoever opened it too sees that it is gone
    finally:
        os.close(handle)


def _taken(handle: int, path: Path) -> bool:
    """Take the lock, if nobody has it and the file is still the one in the folder."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return _is_at(handle, path)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False
