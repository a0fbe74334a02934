"""What can be changed by a click: caveats and rules as switches, votes, conditions, scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from model.case import Case
from model.caveats.base import Caveat, listed
from model.domain import Settings
from model.rules.base import Rule
from reports import words
from reports.cards import states
from reports.content import Content
from web.address import State
from web.answers import Board, Served, Switch, Vote

Way = Literal["refuse", "grant"]
_WAYS: dict[str, tuple[Way, ...]] = {"pending": ("grant", "refuse"), "granted": ("refuse",)}


def of(case: Case, state: State, content: Content, served: Served) -> Board:
    """Return all that can be changed of a case under its scenarios, and how it stands now."""
    named: Counter[str] = Counter()
    for gap in content.gaps:
        named.update({name for reason in gap.reasons for name in reason.caveats})
    limits: list[Caveat | Rule] = [*case.caveats, *case.rules]
    switches = [_switch(case, each, state, named[each.id]) for each in limits]
    # What stands most in the way comes first; what is off already last.
    switches.sort(key=lambda each: (each.part == "restore", -each.gaps))
    return Board(
        tuple(switches),
        tuple(_votes(case, state, content)),
        tuple(_conditions(case, state, content)),
        tuple(_scenarios(served, state)),
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
        states=states(limit, Settings()) if isinstance(limit, Caveat) else (),
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


def _scenarios(served: Served, state: State) -> Iterator[tuple[str, str]]:
    """Yield the scenarios that are not open, each with its title."""
    from model import scenario, yaml_source
    from model.faults import InputError
    from model.text_source import read_text

    for name in served.scenarios():
        if name in state.scenario:
            continue
        given = str(served.files.get(name, name))
        title = ""
        try:
            [source] = scenario.located(served.folder, [given])
            value = yaml_source.parse(read_text(source.path, source.file)[0], source.file).value
            title = str(value.get("title") or "") if isinstance(value, dict) else ""
        except InputError:
            title = "cannot be read"
        yield name, words.plain(title)
