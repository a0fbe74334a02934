"""A file -> its text, or what keeps it from being read."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from model.faults import Fault, InputError

MAX_BYTES = 50_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read_text(path: Path, file: str) -> tuple[str, str]:
    """Return the text of a file and the SHA-256 of its bytes.

    Args:
        path: where it lies.
        file: what faults call it.

    Raises:
        InputError: it is missing, no file, too large, no UTF-8, binary or empty.
    """
    try:
        if path.exists() and not path.is_file():
            raise _refused(file, "is no file")
        if path.stat().st_size > MAX_BYTES:
            raise _refused(file, f"is larger than {MAX_BYTES:,} bytes")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _refused(file, f"is missing in {path.parent}") from None
    except OSError as error:
        raise _refused(file, f"cannot be read: {error.strerror}") from None
    except ValueError as error:  # a name that no file can have
        raise _refused(file, f"cannot be read: {error}") from None
    return text_of(raw, file), hashlib.sha256(raw).hexdigest()


def text_of(raw: bytes, file: str) -> str:
    """Return the text that bytes hold, without a byte order mark.

    Raises:
        InputError: they are no UTF-8, binary or empty.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        allowed = "allowed: UTF-8, with or without BOM"
        raise _refused(file, "is no UTF-8 text", line, allowed) from None
    control = _CONTROL.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        raise _refused(file, "holds binary data", line, "allowed: UTF-8 text")
    if not text.strip():
        raise _refused(file, "is empty")
    return text


def _refused(file: str, message: str, line: int = 0, allowed: str = "") -> InputError:
    return InputError([Fault(file, line, "", "", message, allowed)])
