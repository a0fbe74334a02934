"""Files on disk: written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from model.faults import Fault, InputError
from model.text_source import MAX_BYTES


def contents(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        InputError: it cannot be read, or is too large.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError([Fault(path.name, 0, "", "", "is no file")])
        if path.stat().st_size > MAX_BYTES:
            message = f"is larger than {MAX_BYTES:,} bytes"
            raise InputError([Fault(path.name, 0, "", "", message)])
        return path.read_bytes()
    except FileNotFoundError:
        message = f"is missing in {path.parent}"
        raise InputError([Fault(path.name, 0, "", "", message)]) from None
    except (OSError, ValueError) as error:
        raise InputError([cannot(path, "cannot be read", error)]) from None


def put(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file beside its place and swap it in; over one that is there only if told to.

    Raises:
        InputError: there is such a file already, or it cannot be written. Nothing was written then.
    """
    staged = path.with_name(f".{path.name}.{secrets.token_hex(4)}.muster-new")
    try:
        if path.exists() and not path.is_file():
            raise InputError([Fault(str(path), 0, "", "", "is no file")])
        if path.exists() and not replace:
            allowed = "another name, or --replace to write over it"
            raise InputError([Fault(str(path), 0, "", "", "exists already", allowed)])
        write(staged, content)
        staged.replace(path)
        sync(path.parent)
    except (OSError, ValueError) as error:
        raise InputError([cannot(path, "cannot be written", error)]) from None
    finally:
        with contextlib.suppress(OSError, ValueError):
            staged.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a new file and bring it to disk.

    Raises:
        OSError: there is such a file, or it cannot be written.
    """
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Bring a folder's entries to disk, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # some network shares cannot
                os.fsync(handle)
        finally:
            os.close(handle)


def cannot(path: Path, what: str, error: Exception) -> Fault:
    """Return the fault of a file that the system does not let us have."""
    why = getattr(error, "strerror", None) or str(error)
    return Fault(str(path), 0, "", "", f"{what}: {why}")
