"""The kinds of value a case may hold, as pydantic types whose errors say what is allowed."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

MAX_NUMBER = 10**9


def refuse(message: str, allowed: str, *fields: str) -> PydanticCustomError:
    """Return the error that the reader turns into a fault with this message and allowance.

    Args:
        message: what is wrong.
        allowed: what may stand there.
        fields: where an entry as a whole is refused, those of its fields that do not go together,
            as they are called in the files.
    """
    context = {"message": message, "allowed": allowed, "fields": fields}
    return PydanticCustomError("refused", "{message}", context)


def exact(value: Any) -> Fraction | None:
    """Return the number as it was written, 0.1 as one tenth; None where it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return None
    if isinstance(value, float):
        return Fraction(repr(value)) if value - value == 0 else None
    return Fraction(value)


def _number(allowed: str, fits: Callable[[Fraction], bool]) -> Callable[[Any], Fraction]:
    def read(value: Any) -> Fraction:
        number = exact(value)
        if number is not None and abs(number) > MAX_NUMBER:
            raise refuse("is too large a number", f"allowed: {allowed}, below {MAX_NUMBER:,}")
        if number is None or not fits(number):
            raise refuse("is not allowed here", f"allowed: {allowed}")
        return number

    return read


def _whole(low: int, high: int = MAX_NUMBER) -> Callable[[Any], int]:
    allowed = (
        f"a whole number from {low} to {high}"
        if high < MAX_NUMBER
        else (f"a whole number, {low} or more")
    )
    read = _number(allowed, lambda number: number.denominator == 1 and low <= number <= high)
    return lambda value: int(read(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise refuse("is not text", "allowed: text; put numbers, true and null in quotes")
    return value.strip()


def _name(value: Any) -> str:
    text = _text(value)
    if not text or any(each.isspace() or not each.isprintable() for each in text):
        raise refuse("is not a name", "allowed: text without blanks, not empty")
    return text


def _date(value: Any) -> datetime.date:
    try:
        return datetime.date.fromisoformat(value if len(value) == 10 else "")
    except (TypeError, ValueError):
        raise refuse("is not a date", "allowed: an ISO date such as 2026-01-06") from None


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise refuse("is neither true nor false", "allowed: true, false")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise refuse("is not a list", "allowed: a list of names such as [ukraine, poland]")
    if not value:
        raise refuse("is an empty list", "allowed: at least one name, or leave the field out")
    names = tuple(_name(each) for each in value)
    if len(set(names)) < len(names):
        raise refuse("names something twice", "allowed: each name once")
    return names


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(each) for each in value) if isinstance(value, list) else (_text(value),)


Whole = Annotated[int, BeforeValidator(_whole(0))]
Positive = Annotated[int, BeforeValidator(_whole(1))]
Priority = Annotated[int, BeforeValidator(_whole(1, 4))]
Exact = Annotated[Fraction, BeforeValidator(_number("a number, 0 or more", lambda n: n >= 0))]
PositiveExact = Annotated[Fraction, BeforeValidator(_number("a number above 0", lambda n: n > 0))]
Share = Annotated[Fraction, BeforeValidator(_number("a number from 0 to 1", lambda n: 0 <= n <= 1))]
Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Name = Annotated[str, BeforeValidator(_name)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Date = Annotated[datetime.date, BeforeValidator(_date)]
Truth = Annotated[bool, BeforeValidator(_truth)]


class Entry(BaseModel):
    """Base of all that a case holds: frozen, and an unknown field is an error."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        defer_build=True,  # a case uses some of the kinds: only these are built
    )
