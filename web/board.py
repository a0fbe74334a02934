"""What can be changed by a click: caveats and rules as switches, votes, conditions, scenarios."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal

from model import yaml_source
from model.case import Case
from model.caveats.base import Caveat, listed
from model.domain import Settings
from model.faults import InputError
from model.rules.base import Rule
from reports import names, words
from reports.cards import states
from reports.content import Content
from web.address import SEATS, State
from web.answers import Board, SeatTold, Served, Switch, Vote

Way = Literal["refuse", "grant"]
_WAYS: dict[str, tuple[Way, ...]] = {"pending": ("grant", "refuse"), "granted": ("refuse",)}


def of(case: Case, state: State, content: Content, served: Served) -> Board:
    """Return all that can be changed of a case under its scenarios, and how it stands now."""
    named: Counter[str] = Counter()
    for gap in content.gaps:
        named.update({name for reason in gap.reasons for name in reason.caveats})
    limits: list[Caveat | Rule] = [*case.caveats, *case.rules]
    switches = [_switch(case, each, state, named[each.id]) for each in limits]
    switches.sort(key=lambda each: each.part == "restore")
    return Board(
        tuple(switches),
        tuple(_votes(case, state, content)),
        tuple(_conditions(case, state, content)),
        tuple(_scenarios(served, state)),
        tuple(_runs(served)),
        tuple(_seats(case, state)),
        case.calendar.months,
        tuple(_names(case)),
    )


def _switch(case: Case, limit: Caveat | Rule, state: State, gaps: int) -> Switch:
    own = isinstance(limit, Caveat)
    codes = limit.bound if isinstance(limit, Caveat) else ()
    part: Literal["lift", "restore"] = "lift" if limit.active else "restore"
    return Switch(
        name=limit.id,
        nations=words.plain(listed(case.nation_name(code) for code in codes)) if own else "",
        codes=codes,
        kind=limit.kind,
        roles=_roles(case, limit),
        states=states(limit, Settings())
        if isinstance(limit, Caveat)
        else ("active" if limit.active else "inactive",),
        sentence=words.plain(limit.in_words(case)),
        part=part,
        on=limit.id in getattr(state, part),
        gaps=gaps,
        red_line=isinstance(limit, Caveat) and limit.red_line,
    )


def _votes(case: Case, state: State, content: Content) -> Iterator[Vote]:
    shares = {each.name: each.share for each in content.rests}
    for caveat in case.caveats:
        if caveat.kind != "approval":
            continue
        status = str(getattr(caveat, "status", ""))
        body = getattr(caveat, "body", "") or "vote"
        probability = getattr(caveat, "probability", None)
        yield Vote(
            name=caveat.id,
            what=words.plain(f"{listed(map(case.nation_name, caveat.bound))}: {body}"),
            case=status,
            month=getattr(caveat, "month", None),
            probability=None if probability is None else float(probability),
            now=_chosen(caveat.id, state),
            ways=_WAYS.get(status, ()),
            share=shares.get(caveat.id, 0.0),
            codes=caveat.bound,
            roles=_roles(case, caveat),
            first=_number(state.value(f"{caveat.id}.month"), getattr(caveat, "month", None))
            if status in _WAYS
            else None,
        )


def _conditions(case: Case, state: State, content: Content) -> Iterator[Vote]:
    shares = {each.name: each.share for each in content.rests}
    for name, condition in case.conditions.items():
        sure = condition.probability == 1
        ways: tuple[Way, ...] = ("refuse",) if sure else ("grant", "refuse")
        yield Vote(
            name=name,
            what=words.plain(condition.title or name),
            case="holds" if condition.holds else "fails",
            month=None,
            probability=float(condition.probability),
            now=_chosen(name, state),
            ways=ways if condition.holds else (),
            share=shares.get(name, 0.0),
        )


def _chosen(name: str, state: State) -> Literal["", "refuse", "grant"]:
    if name in state.refuse:
        return "refuse"
    return "grant" if name in state.grant else ""


def _roles(case: Case, limit: Caveat | Rule) -> tuple[str, ...]:
    """Return the roles of the lines on which it can bear."""
    return tuple(
        dict.fromkeys(
            line.role
            for line in case.lines
            if any(limit.concerns(offer, line) for offer in case.fitting(line))
        )
    )


def _number(text: str | None, otherwise: int | None) -> int | None:
    """Return the number that was typed, which may be none."""
    return int(text) if text is not None and text.strip().isdecimal() else otherwise


def _names(case: Case) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    for what, _, rows in names.lists(case):
        if what in ("nation", "capability"):
            yield what, tuple((row[0], words.plain(row[1])) for row in rows)


def _seats(case: Case, state: State) -> Iterator[SeatTold]:
    """Yield the seats; nothing where others are typed, whose form no number can show."""
    seats = case.headquarters.seats if case.headquarters else ()
    now = [seat.months for seat in seats]
    typed = state.value(SEATS)
    if typed is not None:
        try:
            value = yaml_source.parse(typed, SEATS).value
        except InputError:  # told where it is read
            return
        if not isinstance(value, list) or [_area(each) for each in value] != [
            seat.area for seat in seats
        ]:
            return
        now = [each.get("months") for each in value]
    for seat, months in zip(seats, now, strict=True):
        yield SeatTold(seat.area, words.plain(case.area_title(seat.area)), seat.months, months)


def _area(seat: object) -> object:
    return seat.get("area") if isinstance(seat, dict) else None


def _runs(served: Served) -> Iterator[tuple[str, str]]:
    """Yield the runs that the answer may be held against, each with what it is of."""
    for run in served.runs():
        what = ", ".join(run.scenarios) or "the case as it was"
        yield run.run, f"{words.moment(run.made)}: {words.plain(what)}, {run.run}"


def _scenarios(served: Served, state: State) -> Iterator[tuple[str, str]]:
    """Yield the scenarios that are not open, each with its title."""
    from model import scenario

    for name in served.scenarios():
        if name in state.scenario:
            continue
        title = "cannot be read"
        with contextlib.suppress(InputError, OSError):
            [source] = scenario.located(served.folder, [str(served.files.get(name, name))])
            stat = source.path.stat()
            title = _title(source.path, source.file, (stat.st_mtime_ns, stat.st_size))
        yield name, words.plain(title)


@lru_cache(maxsize=256)
def _title(path: Path, file: str, stamp: tuple[int, int]) -> str:
    """Return the title of a scenario's file, read once for each ``stamp``: YAML is slow to read.

    Raises:
        InputError: it cannot be read.
    """
    from model.text_source import read_text

    del stamp
    value = yaml_source.parse(read_text(path, file)[0], file).value
    return str(value.get("title") or "") if isinstance(value, dict) else ""
