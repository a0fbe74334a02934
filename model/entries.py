"""Values -> an entry of a case, or what is wrong in them in a planner's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from model.faults import nearest
from model.fields import Entry

E_ = TypeVar("E_", bound=Entry)
Complaint = tuple[tuple[str | int, ...], str, str, str]
"""Path inside the entry, value, what is wrong with it, what is allowed."""
REQUIRED = "a value is required"

STAND_IN = "(faulty)"
"""The name that stands in for a faulty one; no name has brackets unless somebody wants trouble."""
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
    "tour": 1,
}
"""What stands in for a faulty value, so that all beside it is checked all the same."""


def entry_of(noun: type[E_], values: Any) -> tuple[E_ | None, list[Complaint]]:
    """Make an entry and say all that is wrong in it.

    A faulty entry comes back with stand-ins for what is faulty, where that is possible: a case with
    a fault is never used, but whatever stands beside the fault is still to be checked.
    """
    rest = _without_blanks(values)
    complaints: list[Complaint] = []
    faulty: set[str] = set()
    misspelt = False
    while True:
        try:
            return noun.model_validate(rest), complaints
        except ValidationError as error:
            errors = error.errors()
        for each in errors:
            about = _fields(each)
            # What does not go with a stand-in is no fault of the planner's, and what is not there
            # may be the field that nobody knows.
            follows = misspelt and not each["loc"] and not rest.keys() >= set(about)
            if faulty.isdisjoint(about) and not follows:
                complaints.append(_said(noun, each))
        mended = _mended(noun, rest, errors)
        new = {name for each in errors for name in _fields(each)} - faulty
        if mended is None or not new:  # a stand-in that is no better would be put in for ever
            return None, complaints
        faulty |= new
        misspelt = misspelt or any(each["type"] == "extra_forbidden" for each in errors)
        rest = mended


def text_of(value: Any) -> str:
    """Return a value as a message shows it; nothing for null."""
    if isinstance(value, Fraction):
        return f"{float(value):g}"
    return "" if value is None else str(value)


def _fields(error: Any) -> tuple[str, ...]:
    """Return the fields of an entry that an error is about."""
    if error["loc"]:
        return (str(error["loc"][0]),)
    return tuple(error.get("ctx", {}).get("fields", ()))


def _mended(noun: type[E_], values: Any, errors: list[Any]) -> Any:
    """Return the values with stand-ins for those that are faulty, or None where that cannot be."""
    if not isinstance(values, dict):
        return None
    rest = dict(values)
    for error in errors:
        fields = _fields(error)
        for name in fields:
            held = rest.pop(name, None)
            if len(error["loc"]) > 1 and isinstance(held, dict):
                rest[name] = {key: each for key, each in held.items() if key != error["loc"][1]}
        if not error["loc"] and values.keys().isdisjoint(fields):
            # None of what is needed was there.
            rest.update(_stand_in(noun, fields[:1]))
    required = [
        info.alias or name for name, info in noun.model_fields.items() if info.is_required()
    ]
    return {**_stand_in(noun, required), **rest}


def _stand_in(noun: type[E_], fields: Iterable[str]) -> dict[str, Any]:
    """Return what stands in for the fields, as far as anything can."""
    found = {}
    for name, info in noun.model_fields.items():
        key = info.alias or name
        if key in fields and key in _STAND_INS:
            found[key] = _STAND_INS[key]
        elif key in fields:
            kinds = {_bare(each) for each in (info.annotation, *get_args(info.annotation))}
            if tuple[str, ...] in kinds:
                found[key] = (STAND_IN,)
            elif str in kinds:
                found[key] = STAND_IN
    return found


def _bare(annotation: Any) -> Any:
    """Return a type without what was noted beside it."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


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
