"""Values -> an entry of a case, or what is wrong in them in a planner's words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from model.faults import nearest
from model.fields import Entry

E_ = TypeVar("E_", bound=Entry)
Complaint = tuple[tuple[str | int, ...], str, str, str]
"""Path inside the entry, value, what is wrong with it, what is allowed."""
REQUIRED = "a value is required"

_STAND_INS: dict[str, Any] = {
    "units": 1,
    "personnel": 0,
    "minimum": 0,
    "target": 1,
    "basis": "assumed",
    "months": 1,
    "from": 1,
    "rate": 1,
    "status": "granted",
    "per": 1,
    "nations": 1,
    "max_share": 1,
}
"""What stands in for a faulty value, so that the names beside it are checked all the same."""
_RANGES = ("available_from", "available_until", "from", "until", "month", "minimum", "target")


def entry_of(noun: type[E_], values: Any) -> tuple[E_ | None, list[Complaint]]:
    """Make an entry and say all that is wrong in it.

    A faulty entry comes back without its faulty fields where that is possible: a case with a fault
    is never used, but the names beside the fault are still to be checked.
    """
    plain = _without_blanks(values)
    try:
        return noun.model_validate(plain), []
    except ValidationError as error:
        return _mended(noun, plain, error), [_said(noun, each) for each in error.errors()]


def text_of(value: Any) -> str:
    """Return a value as a message shows it; nothing for null."""
    if isinstance(value, Fraction):
        return f"{float(value):g}"
    return "" if value is None else str(value)


def _mended(noun: type[E_], values: Any, error: ValidationError) -> E_ | None:
    """Return the entry without what is faulty in it, or None where too little is left.

    It is only there to have its names checked: a case with a fault is never returned.
    """
    if not isinstance(values, dict):
        return None
    rest = dict(values)
    for each in error.errors():
        field, *inner = each["loc"] or (None,)
        for name in (field,) if field else _RANGES:
            held = rest.pop(name, None)
            if inner and isinstance(held, dict):
                rest[name] = {key: value for key, value in held.items() if key != inner[0]}
    for name, info in noun.model_fields.items():
        key = info.alias or name
        if info.is_required() and key not in rest and key in _STAND_INS:
            rest[key] = _STAND_INS[key]
    try:
        return noun.model_validate(rest)
    except ValidationError:
        return None


def _said(noun: type[BaseModel], error: Any) -> Complaint:
    """Return one pydantic error in a planner's words."""
    where = tuple(error["loc"])
    kind, value, context = error["type"], error.get("input"), error.get("ctx", {})
    if kind == "missing":
        field = str(error["loc"][-1])
        return where, "", f"{field} is missing", REQUIRED
    if kind == "extra_forbidden":
        holder = noun
        for key in error["loc"][:-1]:
            field_info = holder.model_fields.get(str(key))
            inner = list(_models(field_info.annotation)) if field_info else []
            holder = inner[0] if inner else holder
        known = [info.alias or name for name, info in holder.model_fields.items()]
        return (
            where,
            str(error["loc"][-1]),
            "is no known field",
            nearest(str(error["loc"][-1]), known),
        )
    if kind == "refused":
        whole = isinstance(value, dict | BaseModel)
        return where, "" if whole else text_of(value), context["message"], context["allowed"]
    if kind == "literal_error":
        return where, text_of(value), "is not allowed here", f"allowed: {context['expected']}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return where, text_of(value), "is no mapping", "allowed: fields and values"
    if kind in ("tuple_type", "list_type"):
        return where, text_of(value), "is no list", "allowed: a list"
    return where, text_of(value), str(error["msg"]), ""


def _without_blanks(value: Any) -> Any:
    """Leave out the fields that are null: they are blank."""
    if not isinstance(value, dict):
        return value
    return {key: _without_blanks(each) for key, each in value.items() if each is not None}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            yield each
