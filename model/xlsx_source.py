"""A workbook (.xlsx) -> the values of its cells. Nothing in it is run, linked to or believed.

Values are those that were last worked out: a formula gives the value that the spreadsheet program
stored beside it, and one without is no value. Rows and columns that are hidden or filtered away are
there like all others. What a file may unpack to is bounded, whatever it says of itself.
"""

from __future__ import annotations

import datetime
import io
import shutil
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from model.faults import Fault, InputError
from model.sheet import Cell

MAX_UNPACKED = 64_000_000
MAX_CELLS = 500_000
MAX_COLUMNS = 300
MAX_ROWS = 1_048_576
letter = get_column_letter
"""The letters of a column by its number, from 1."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = "save it as an Excel workbook (.xlsx)"


@dataclass(frozen=True)
class Broken:
    """A cell whose value cannot be used: what stands in it, why not, and what to do."""

    text: str
    message: str
    allowed: str


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet that hold something.

    Attributes:
        rows: row number -> column number -> value, both from 1, in order.
        formulas: row and column of the cells whose value a formula gave.
    """

    rows: dict[int, dict[int, Cell | Broken]]
    formulas: frozenset[tuple[int, int]]


class Book:
    """A workbook that was opened: the names of its sheets, and the cells of each."""

    def __init__(self, file: str, raw: bytes) -> None:
        """Open a workbook; ``file`` is the name under which faults name it.

        Raises:
            InputError: it is of another kind, protected, broken or too large.
        """
        self.file = file
        self._raw = _checked(file, raw)
        self._values = self._opened(values=True)
        self._formulas: Any = None

    @property
    def sheets(self) -> list[str]:
        """The names of the sheets, in their order."""
        return list(self._values.sheetnames)

    def grid(self, name: str) -> Grid:
        """Return the cells of a sheet.

        Raises:
            InputError: it is broken or too large.
        """
        if self._formulas is None:
            self._formulas = self._opened(values=False)
        said = self._cells(self._formulas, name)
        formulas = frozenset(
            (number, column)
            for number, row in said.items()
            for column, (_, kind) in row.items()
            if kind == "f"
        )
        rows: dict[int, dict[int, Cell | Broken]] = {}
        for number, row in self._cells(self._values, name).items():
            rows[number] = {column: _value(*held) for column, held in row.items()}
        for number, column in formulas:
            message, allowed = "is a formula without a value", "save it in a spreadsheet program"
            text = str(said[number][column][0])
            rows.setdefault(number, {}).setdefault(column, Broken(text, message, allowed))
        return Grid(dict(sorted(rows.items())), formulas)

    def _opened(self, *, values: bool) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what it does not keep: we never write it back
                return openpyxl.load_workbook(
                    io.BytesIO(self._raw), read_only=True, data_only=values, keep_links=False
                )
        except Exception as error:  # noqa: BLE001  # it says "broken" in a dozen ways
            raise InputError([_broken(self.file, error)]) from None

    def _cells(self, book: Any, name: str) -> dict[int, dict[int, tuple[Any, str]]]:
        sheet = book[name]
        found: dict[int, dict[int, tuple[Any, str]]] = {}
        count = 0
        try:
            sheet.reset_dimensions()  # what the file says of its size need not be so
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of dates that are none: the cell says so too
                for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
                    filled = {
                        column: (cell.value, cell.data_type)
                        for column, cell in enumerate(row, start=1)
                        if cell.value is not None and str(cell.value).strip()
                    }
                    count += len(filled)
                    if count > MAX_CELLS or number > MAX_ROWS:
                        allowed = f"at most {MAX_CELLS:,} filled cells"
                        place = f"sheet {name}"
                        fault = Fault(self.file, number, place, "", "holds too much", allowed)
                        raise InputError([fault])
                    if filled:
                        found[number] = filled
        except InputError:
            raise
        except Exception as error:  # noqa: BLE001  # as above: sheets are parsed only here
            raise InputError([_broken(self.file, error)]) from None
        return found


def _value(held: Any, kind: str) -> Cell | Broken:
    if kind == "e":
        return Broken(str(held), "is an error of the sheet", "allowed: a value")
    if isinstance(held, datetime.datetime) and held.time() == datetime.time():
        return held.date()
    if isinstance(held, datetime.datetime | datetime.time | datetime.timedelta):
        allowed = "allowed: a day, such as 2026-01-06"
        return Broken(str(held), "is a time of day", allowed)
    if isinstance(held, str):
        return held.replace("_x000D_", "\r")  # how the format spells the end of a pasted line
    return held if isinstance(held, int | float | bool) else str(held)


def _checked(file: str, raw: bytes) -> bytes:
    try:
        return _repacked(raw)
    except _Refused as error:
        raise InputError([Fault(file, 0, "", "", str(error), error.allowed)]) from None


class _Refused(Exception):
    """A file is not opened: why, and what to do."""

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.allowed = allowed


def _repacked(raw: bytes) -> bytes:
    """Return the workbook as an archive of our own, whose sizes are what it says they are.

    Raises:
        _Refused: it is no such workbook, or would be too large.
    """
    if raw.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise _Refused("is protected by a password", "save a copy without a password")
        raise _Refused("is a workbook of an old kind (.xls)", _SAVE)
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(packed, "w") as new:
            names = set(old.namelist())
            if "mimetype" in names:
                raise _Refused("is an OpenDocument file", _SAVE)
            if any(name.endswith("workbook.bin") for name in names):
                raise _Refused("is a binary workbook (.xlsb)", _SAVE)
            if sum(part.file_size for part in old.infolist()) > MAX_UNPACKED:
                message = f"unpacks to more than {MAX_UNPACKED:,} bytes"
                raise _Refused(message, "take out pictures and other sheets")
            for name in sorted(names):
                with old.open(name) as part, new.open(name, "w") as copy:
                    shutil.copyfileobj(part, copy, 65_536)  # never more at once, whatever it holds
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise _Refused("is no Excel workbook, or is broken", _SAVE) from None
    except (RuntimeError, NotImplementedError, OSError, ValueError) as error:
        raise _Refused(f"cannot be unpacked: {error}", _SAVE) from None
    return packed.getvalue()


def _broken(file: str, error: BaseException) -> Fault:
    while error.__cause__ is not None:  # what was wrapped says more than the wrapping
        error = error.__cause__
    said = " ".join(str(error).split()) or "no more is known"
    message = f"cannot be read as an Excel workbook: {type(error).__name__}: {said}"
    return Fault(file, 0, "", "", message, "open it in a spreadsheet program and save it anew")
