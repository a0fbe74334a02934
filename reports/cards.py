"""Caveats in words: the list, one card each, and the log of changes; plain text and values."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from model.case import Case
from model.caveats import KINDS
from model.caveats.base import Caveat, listed
from model.checks import may_match
from model.domain import Assignment, Settings
from model.examples import Example, Examples, examples
from model.faults import Fault, InputError, nearest
from model.history import FOUND, History
from model.store import Edited
from reports import words

WIDTH = 80
NAMED = 8
"""Offers or lines named on a card; the others are counted."""
STATES = ("active", "inactive", "granted", "pending", "refused", "expired", "red-line")
NOT_COMPUTED = "What lifting it would bring is not computed by this command."


def states(caveat: Caveat, settings: Settings) -> tuple[str, ...]:
    """Return the states that a caveat is in, most telling first."""
    found = ["active" if caveat.active else "inactive"]
    if status := getattr(caveat, "status", None):
        found.append(str(status))
    if caveat.expires is not None and caveat.expires < settings.today:
        found.append("expired")
    if caveat.red_line:
        found.append("red-line")
    return tuple(found)


def chosen(
    case: Case,
    settings: Settings,
    nations: Iterable[str] = (),
    kinds: Iterable[str] = (),
    roles: Iterable[str] = (),
    wanted: Iterable[str] = (),
) -> list[Caveat]:
    """Return the caveats that pass: any of each list, all that are given.

    Raises:
        InputError: there is no such kind, role or state.
    """
    nations = {each.upper() for each in nations}
    kinds, roles, wanted = set(kinds), set(roles), set(wanted)
    faults = [
        Fault(f"--{what}", 0, "", name, f"is no {what}", nearest(name, known))
        for what, names, known in (
            ("kind", kinds, tuple(KINDS)),
            ("role", roles, case.roles),
            ("state", wanted, STATES),
        )
        for name in names - set(known)
    ]
    if faults:
        raise InputError(faults)
    lines = tuple(line for line in case.lines if line.role in roles)
    narrow = dataclasses.replace(case, lines=lines) if roles else case
    return [
        caveat
        for caveat in case.caveats
        if (not nations or nations & set(caveat.bound))
        and (not kinds or caveat.kind in kinds)
        and (not wanted or wanted & set(states(caveat, settings)))
        and (not roles or any(may_match(narrow, caveat, offer) for offer in case.offers))
    ]


def rows(case: Case, caveats: Iterable[Caveat], settings: Settings) -> list[dict[str, Any]]:
    """Return the list as plain values."""
    return [
        {
            "id": caveat.id,
            "nations": list(caveat.bound),
            "kind": caveat.kind,
            "states": list(states(caveat, settings)),
            "words": words.plain(caveat.in_words(case)),
        }
        for caveat in caveats
    ]


def show_list(case: Case, caveats: list[Caveat], settings: Settings, to: Console) -> None:
    """Print the list as a table, the sentence of each caveat beside it."""
    if not caveats:
        to.print(Text("No caveat is like that."))
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 0), pad_edge=False)
    table.expand = True
    for heading, most in (("Caveat", 20), ("Nation", 7), ("Kind", 9), ("State", 8)):
        table.add_column(heading, max_width=most, overflow="fold", header_style="")
    table.add_column("In words", ratio=1, overflow="fold", header_style="")
    for row in rows(case, caveats, settings):
        cells = (row["id"], " ".join(row["nations"]), row["kind"], " ".join(row["states"]))
        table.add_row(*(Text(words.plain(each)) for each in cells), Text(row["words"]))
    to.print(table)
    to.print(Text(f"{words.count(len(caveats), 'caveat')} of {len(case.caveats)}."))


# The card


def card(case: Case, name: str, settings: Settings) -> dict[str, Any]:
    """Return the card of a caveat as plain values."""
    caveat = case.caveat_by_id[name]
    seen = examples(case, name, settings)
    return {
        "id": caveat.id,
        "nations": list(caveat.bound),
        "kind": caveat.kind,
        "states": list(states(caveat, settings)),
        "words": words.plain(caveat.in_words(case)),
        "text": caveat.text,
        "source": caveat.source,
        "as_of": caveat.as_of.isoformat() if caveat.as_of else None,
        "expires": caveat.expires.isoformat() if caveat.expires else None,
        "authority": caveat.authority,
        "ask_cost": float(caveat.ask_cost),
        "red_line": caveat.red_line,
        "releasable_to": list(caveat.releasable_to),
        "matches": {
            "offers": list(seen.offers),
            "lines": list(seen.lines),
            "assignments": len(seen.matched),
        },
        "allows": _example(case, seen.allows),
        "forbids": _example(case, seen.forbids),
        "note": seen.note,
        "conditions": _conditions(case, caveat),
        "rules": _rules(case, seen),
        "lifting": NOT_COMPUTED,
    }


def show_card(values: dict[str, Any], to: Console) -> None:
    """Print a card."""
    to.print(Text(f"{values['id']}: {', '.join(values['states'])}", style="bold"))
    for line in _wrapped(values["words"], ""):
        to.print(Text(line))
    to.print()
    for label, text in _facts(values):
        for line in _wrapped(words.plain(text), f"{label:<13}", " " * 13):
            to.print(Text(line), soft_wrap=True)


def _facts(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    none = "not given"
    matches = values["matches"]
    yield "Text", values["text"] or none
    yield "Source", values["source"] or none
    yield "As of", values["as_of"] or none
    yield "Expires", values["expires"] or "no date given"
    yield "Owner", values["authority"] or none
    line = "yes: not to be asked for" if values["red_line"] else "no"
    yield "Red line", line
    yield "Ask cost", f"{values['ask_cost']:g}"
    yield "Releasable", listed(values["releasable_to"]) or none
    yield "Matches", words.count(matches["assignments"], "assignment") + " today"
    if matches["assignments"]:
        yield "  offers", _named(matches["offers"])
        yield "  lines", _named(matches["lines"])
    for label, key in (("Allows", "allows"), ("Forbids", "forbids")):
        example = values[key]
        if example:
            why = f" ({example['why']})" if example["why"] else ""
            yield label, f"{example['words']}{why}"
        else:
            yield label, "no example"
    if values["note"]:
        yield "", f"{values['note'][:1].upper()}{values['note'][1:]}."
    yield "Conditions", "; ".join(values["conditions"]) or "none"
    yield "Rules", "; ".join(values["rules"]) or "none on what it matches"
    yield "Lifting", values["lifting"]


def _named(names: list[str]) -> str:
    shown = names[:NAMED]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _example(case: Case, example: Example | None) -> dict[str, Any] | None:
    if example is None:
        return None
    said = listed(_start(case, each, units) for each, units in example.starts)
    starts = [
        {"offer": a.offer.offer, "line": a.line.line, "area": a.area, "from": a.start,
         "until": a.end, "units": units}
        for a, units in example.starts
    ]  # fmt: skip
    return {"words": words.plain(said), "why": words.plain(example.why), "starts": starts}


def _start(case: Case, a: Assignment, units: int) -> str:
    area = case.area_title(a.area) if a.area in case.areas else "the headquarters"
    what = f"{words.count(units, 'unit')} of {a.offer.offer}"
    where = f"on {a.line.line} {case.line_title(a.line)} in {area}"
    return f"{what} {where}, {words.months(a.start, a.end)}"


def _conditions(case: Case, caveat: Caveat) -> list[str]:
    found = []
    for _, what, name in caveat.names():
        if what == "condition":
            condition = case.conditions[name]
            holds = "holds" if condition.holds else "does not hold"
            found.append(
                f"{name} ({condition.title or name}): {holds}, probability "
                f"{float(condition.probability):g}"
            )
    return found


def _rules(case: Case, seen: Examples) -> list[str]:
    """Return the active force rules that bear on what the caveat matches."""
    return [
        words.plain(f"{rule.id} ({rule.kind})")
        for rule in case.active_rules
        if any(rule.months_seen(case, each) for each in seen.matched)
    ]


def _wrapped(text: str, first: str, rest: str | None = None) -> list[str]:
    indent = first if rest is None else rest
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,  # an address stays one that can be copied
    )


# Edits and their log


def show_edit(edited: Edited, to: Console, *, dry: bool) -> None:
    """Print what an edit did, or would do."""
    if not edited.changes:
        to.print(Text("Nothing changes: the case says so already."))
        return
    if dry:
        to.print(Text(edited.diff.rstrip("\n")), soft_wrap=True)
        to.print(Text("The changed case has no fault. Nothing was written (--dry-run)."))
        return
    if edited.found:
        for line in _wrapped(words.plain(f"Found and logged: {edited.found}"), "", "  "):
            to.print(Text(line))
    for change in edited.changes:
        for line in _changed(change.id, change.before, change.after):
            to.print(Text(line), soft_wrap=True)
    to.print(Text("Written and logged. Solve again: plans made before rest on the old case."))


def history_rows(history: History, name: str | None) -> list[dict[str, Any]]:
    """Return the entries of the log, of one caveat where it is named."""
    return [each for each in history.records if name is None or each["id"] == name]


def show_history(records: list[dict[str, Any]], name: str | None, to: Console) -> None:
    """Print the entries of the log, the oldest first."""
    if not records:
        to.print(Text(f"No change{f' of {name}' if name else ''} is in the log."))
    for each in records:
        head = f"{each['when']}  {each['who']}: {each['command']} {each['id']}"
        to.print(Text(words.plain(head), style="bold"))
        for line in _wrapped(words.plain(each["why"]), "  "):
            to.print(Text(line))
        if each["command"] != FOUND:
            for line in _changed(each["id"], each["before"], each["after"]):
                to.print(Text(f"  {line}"), soft_wrap=True)


def _changed(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    if not before:
        yield words.plain(f"{name}: new, {after.get('kind')}")
        return
    if after.get("id", name) is None:
        yield words.plain(f"{name}: taken out, was {before.get('kind')}")
        return
    for field, value in after.items():
        was, is_ = words.value(before.get(field)), words.value(value)
        yield words.plain(f"{name}: {field} {was} -> {is_}")
