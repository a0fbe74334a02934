"""A run on disk: written whole or not at all, and read back.

The files are staged in a hidden folder beside the target, synced, and swapped in by one rename. A
kill at any moment leaves the old run or the new one, and at worst a hidden folder beside it, which
the next run there clears away.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from model import disk
from model.faults import Fault, InputError
from reports import formats
from reports.shape import sha256

FILES = ("run.json", "plan.json", "assignments.csv", "coverage.csv", "gaps.csv", "report.md")
"""What every run holds."""

KNOWN = formats.FILES.union(FILES)
"""What a run may hold; any other file in the folder is somebody else's."""

MAX_BYTES = 200_000_000
_STALE = 3600  # seconds after which a hidden folder of a killed run is nobody's
_MARK = '"tool": "muster"'


def writable(target: Path) -> Path:
    """Return the real folder to write to, having made sure that a run may be written there.

    Raises:
        InputError: the target is no folder, holds files that are not a run's, or cannot be made.
    """
    try:
        real = target.resolve()
        _recover(real)
        if real.exists() or real.is_symlink():
            _refuse_foreign(target, real)
        around = next(each for each in real.parents if each.exists())
        if not around.is_dir():
            raise InputError([_fault(target, f"cannot be made: {around} is no folder")])
        if not os.access(around, os.W_OK | os.X_OK):
            raise InputError([_fault(target, f"cannot be made: {around} is not writable")])
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError([_fault(target, f"cannot be used: {_why(error)}")]) from None
    return real


def write(target: Path, files: Mapping[str, str | bytes]) -> None:
    """Write a run, or nothing.

    Raises:
        InputError: the place is not fit (see ``writable``) or cannot be written to.
    """
    real = writable(target)
    staging = real.with_name(f".{real.name}.{secrets.token_hex(4)}.muster-new")
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        _clear_stale(real)
        staging.mkdir()
        for name, each in files.items():
            disk.write(staging / name, _raw(each))
        disk.sync(staging)
        _refuse_foreign(target, real)  # once more: a search may have taken an hour
        _swap(staging, real)
        disk.sync(real.parent)
    except OSError as error:
        raise InputError([_fault(target, f"cannot be written: {_why(error)}")]) from None
    finally:
        # After the swap this is the old run, before it the unfinished new one.
        shutil.rmtree(staging, ignore_errors=True)


def read(folder: Path, names: Collection[str] = FILES) -> tuple[dict[str, str], list[Fault]]:
    """Return the text of the named files of a run, and what keeps any from being read."""
    texts: dict[str, str] = {}
    faults = []
    try:
        real = folder.resolve()
        _recover(real)
        if not real.is_dir():
            return texts, [_fault(folder, "is no folder with a run")]
    except (OSError, ValueError, RuntimeError) as error:
        return texts, [_fault(folder, f"cannot be read: {_why(error)}")]
    for name in names:
        path = real / name
        try:
            if path.exists() and not path.is_file():
                faults.append(Fault(name, 0, "", "", "is no file"))
            elif path.exists() and path.stat().st_size > MAX_BYTES:
                faults.append(Fault(name, 0, "", "", f"is larger than {MAX_BYTES:,} bytes"))
            else:
                texts[name] = path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            faults.append(Fault(name, 0, "", "", "is missing"))
        except UnicodeDecodeError:
            faults.append(Fault(name, 0, "", "", "is no UTF-8 text"))
        except OSError as error:
            faults.append(Fault(name, 0, "", "", f"cannot be read: {_why(error)}"))
    return texts, faults


def add(target: Path, files: Mapping[str, str | bytes]) -> None:
    """Put more files into a run, or others in their place, and name them in ``run.json``.

    Raises:
        InputError: the place is not fit (see ``writable``) or cannot be written to.
    """
    real = writable(target)
    try:
        there = {path.name: path.read_bytes() for path in sorted(real.iterdir())}
        told = json.loads(there["run.json"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError([_fault(target, f"cannot be read: {_why(error)}")]) from None
    told["products"] |= {name: sha256(each) for name, each in files.items()}
    details = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    write(target, {**there, **files, "run.json": details})


def put(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files of a report into a folder that need not be a run; over those of the same name.

    Raises:
        InputError: the folder cannot be made, or a file cannot be written. None was written then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise InputError([_fault(folder, f"cannot be made: {_why(error)}")]) from None
    faults = [
        _fault(folder / name, "is no file")
        for name in files
        if (folder / name).exists() and not (folder / name).is_file()
    ]
    if faults:
        raise InputError(faults)
    token = secrets.token_hex(4)
    staged = {folder / name: folder / f".{name}.{token}.muster-new" for name in files}
    try:
        for path, lay in staged.items():
            disk.write(lay, _raw(files[path.name]))
        for path, lay in staged.items():
            lay.replace(path)
        disk.sync(folder)
    except OSError as error:
        raise InputError([_fault(path, f"cannot be written: {_why(error)}")]) from None
    finally:
        for lay in staged.values():
            with contextlib.suppress(OSError):
                lay.unlink(missing_ok=True)


def _raw(content: str | bytes) -> bytes:
    return content.encode("utf-8", "replace") if isinstance(content, str) else content


def others(folder: Path) -> dict[str, bytes]:
    """Return the files that not every run holds, by name: reports in other formats."""
    return {
        name: (folder / name).read_bytes()
        for name in sorted(KNOWN - set(FILES))
        if (folder / name).is_file()
    }


def _refuse_foreign(target: Path, real: Path) -> None:
    if not real.exists():
        return
    if not real.is_dir():
        raise InputError([_fault(target, "is no folder", "name a folder that does not exist yet")])
    with os.scandir(real) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    foreign = [e.name for e in found if e.name not in KNOWN or not e.is_file(follow_symlinks=False)]
    if not foreign and found and not _is_run(real):
        foreign = [entry.name for entry in found]
    if foreign:
        shown = ", ".join(foreign[:5]) + (", ..." if len(foreign) > 5 else "")
        message = f"holds files that Muster did not write ({shown}); nothing was touched"
        allowed = "name a folder that does not exist yet, is empty or holds an earlier run"
        raise InputError([_fault(target, message, allowed)])


def _is_run(real: Path) -> bool:
    path = real / "run.json"
    return path.is_file() and _MARK in path.read_text("utf-8", "replace")


def _swap(staging: Path, real: Path) -> None:
    """Put the staged folder in place; what was there is afterwards where it was staged."""
    if not real.exists():
        staging.rename(real)
    elif not _exchange(staging, real):
        # Without an atomic exchange there is a moment with neither: ``_recover`` mends that.
        old = _kept(real)
        real.rename(old)
        try:
            staging.rename(real)
        except BaseException:
            old.rename(real)
            raise
        old.rename(staging)


def _exchange(one: Path, two: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    at_cwd, exchange = -100, 2
    if renameat2(at_cwd, os.fsencode(one), at_cwd, os.fsencode(two), exchange) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM):
        return False
    raise OSError(number, os.strerror(number))


def _kept(real: Path) -> Path:
    return real.with_name(f".{real.name}.muster-old")


def _recover(real: Path) -> None:
    """Bring back the old run where a kill struck between two renames."""
    old = _kept(real)
    if old.is_dir() and not real.exists():
        old.rename(real)


def _clear_stale(real: Path) -> None:
    for each in real.parent.glob(f".{_literal(real.name)}.*.muster-new"):
        with contextlib.suppress(OSError):
            info = each.lstat()
            if stat.S_ISDIR(info.st_mode) and time.time() - info.st_mtime > _STALE:
                shutil.rmtree(each, ignore_errors=True)
    if real.exists():
        shutil.rmtree(_kept(real), ignore_errors=True)


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _fault(target: Path, message: str, allowed: str = "") -> Fault:
    return Fault(str(target), 0, "", "", message, allowed)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
