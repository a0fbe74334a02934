"""Answers to HTML: the templates of the report, and those of the page around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment

from model import amend, yaml_source
from model.faults import Fault, InputError
from model.outcome import Progress
from reports import html, words
from reports.content import Content
from reports.formats import FORMATS
from reports.told import GapTold, LineTold, TourTold
from web import sorting
from web.address import CASE, KEEP, MAX_CHANGE, PICTURE, Part, State
from web.answers import Board, Counted, Look, Sketch, Switch
from web.casework import Read
from web.drawn import Drawn
from web.pricing import Prices
from web.tabs import TABS, Tab, chosen

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
STATIC = FOLDER / "static"
VERBS: dict[Part, str] = {
    "scenario": "Scenario",
    "lift": "Lifted",
    "restore": "Binds again",
    "refuse": "Refused",
    "grant": "Granted",
    "set": "Set",
    "pin": "Pinned",
    "forbid": "Forbidden",
    "add": "Added",
    "baseline": "Held against run",
    "keep": "Kept to",
    "max_change": "Moved at most",
}
"""How each part of a state is called where it is listed."""
GOAL = "critical=0"
"""What whom to ask is looked for at first."""


@dataclass(frozen=True)
class Done:
    """One change of the open scenario, with the address without it."""

    verb: str
    value: str
    sentence: str
    undo: str


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = html.environment(TEMPLATES)
    environment.globals.update(
        TABS=TABS, OFFER=amend.fields("offers"), FORMATS=FORMATS, address=address, whose=whose
    )
    environment.filters.update(points=_points, interval=_interval)
    return environment


def _points(value: float) -> str:
    """Say a change in percentage points."""
    return f"{value:+.1f}" if abs(value) >= 0.05 else ("<0.1" if value > 0 else "0")


def _interval(ends: tuple[float | None, float | None]) -> str:
    """Say an interval; an end that is not known is a question mark."""
    said = ["?" if each is None else words.tier_value(each) for each in ends]
    return said[0] if ends[0] == ends[1] else " to ".join(said)


def address(state: State, path: str = "/", **view: str) -> str:
    """Return the address of a state, looked at in a certain way."""
    more = urlencode({name: value for name, value in view.items() if value})
    query = "&".join(filter(None, (state.query(), more)))
    return f"{path}?{query}" if query else path


def stylesheet(marking: str) -> str:
    """Return the style of the page: that of the report, what is around it, the marking on paper."""
    own = (STATIC / "page.css").read_text("utf-8")
    return html.usual_style() + own + html.marked(marking)


def done(state: State, board: Board | None) -> list[Done]:
    """Return what is changed from the case, each change with its undo."""
    said = {each.name: each.sentence for each in board.switches} if board else {}
    said |= {each.name: each.what for each in (*board.votes, *board.conditions)} if board else {}
    return [
        Done(
            VERBS[part],
            _called(part, value),
            said.get(value, ""),
            address(state.without(part, value)),
        )
        for part, value in state
    ]


def _called(part: Part, value: str) -> str:
    """Return how a change is called in the list; an offer by its id and units."""
    if part == KEEP:
        return whose(value)
    if part == MAX_CHANGE:
        return f"{value} unit-months"
    if part != "add":
        return value
    try:
        offer = yaml_source.parse(value, part).value
        return f"{offer['units']} of {offer['offer']}"
    except (InputError, KeyError, TypeError):
        return value


def whose(keep: str) -> str:
    """Say whose plan is kept."""
    if keep == CASE:
        return "the case as it is"
    if not keep.startswith(PICTURE):
        return f"run {keep}"
    changes: list[Any] = parse_qsl(keep[len(PICTURE) :])
    return f"the picture: {'; '.join(f'{VERBS[p].lower()} {_called(p, v)}' for p, v in changes)}"


def page(
    state: State, look: Look | None, tab: str, prices: Prices, read: Read, goal: str = ""
) -> str:
    """Return the whole page; without a look, one that waits for it."""
    names = _names(state, look, tab) | {"marking": read.marking, "goal": goal or GOAL}
    names["force"] = read.force
    names["events"] = address(state, "/events", tab=tab, goal=goal)
    return _render("page.html.j2", **names, **_priced(state, look, prices))


def update(state: State, look: Look, tab: str, prices: Prices, goal: str = "") -> str:
    """Return what changes on a page that is open already."""
    names = _names(state, look, tab) | {"goal": goal or GOAL}
    return _render("update.html.j2", **names, **_priced(state, look, prices))


def pricing(state: State, look: Look, tab: str, prices: Prices) -> str:
    """Return how far the prices are, and at their end the switches in their new order."""
    return _render("pricing.html.j2", **_names(state, look, tab), **_priced(state, look, prices))


def _priced(state: State, look: Look | None, prices: Prices) -> dict[str, Any]:
    """Return what the templates of the board know besides."""
    prices = prices.now()
    if look is None:
        return {"prices": prices}
    several = list(look.board.switches)
    if prices.over and prices.found:
        # What is not priced, as it binds nothing now, stays behind in the order of the case.
        several.sort(key=lambda each: sorting.rank(each, prices))
    most = max((each.points for each in prices.found.values()), default=0.0)
    return {
        "prices": prices,
        "switches": several,
        "most": most,
        "by": sorting.filters(look.board),
        "asking": address(state, "/prices"),
    }


def waiting(state: State, tab: str, goal: str = "") -> str:
    """Return what an open page shows while it waits."""
    names = _names(state, None, tab)
    names["events"] = address(state, "/events", tab=tab, goal=goal)
    return _render("waiting.html.j2", **names)


def progress(at: Progress | None, job: str, *, waits: bool, stopping: bool) -> str:
    """Return where a search stands."""
    return _render("progress.html.j2", at=at, job=job, waits=waits, stopping=stopping)


def follows(state: State, sketch: Sketch, drawn: int, tab: str, goal: str = "") -> str:
    """Return a picture for a page that does not follow the search yet, and now does.

    Args:
        state: what is searched.
        sketch: the picture.
        drawn: how many there have been with this one.
        tab: the one that is open.
        goal: what the tab of asks begins with.
    """
    names = _names(state, None, tab) | {"last": sketch.last}
    names["events"] = address(state, "/events", tab=tab, drawn=str(drawn), goal=goal)
    return sketched(state, sketch, tab) + _render("follows.html.j2", **names)


def sketched(state: State, sketch: Sketch, tab: str) -> str:
    """Return the picture of the best plan so far, for a page that follows a search."""
    name = "drawn.html.j2" if sketch.last else "sketch.html.j2"
    names = html.usual(sketch.content) | {"cell": html.cells(sketch.content)}
    return _render(name, **_names(state, None, tab), **names)


def saved(name: str, state: State) -> str:
    """Return what is told where a scenario was saved."""
    return _render("saved.html.j2", called=name, to=address(state), state=state)


def unsaved(several: Sequence[Fault]) -> str:
    """Return what keeps a scenario from being saved, for its form."""
    return _render("unsaved.html.j2", faults=[_told(each) for each in several])


def offered(
    state: State, filled: dict[str, str], at: dict[str, list[str]], other: Sequence[str]
) -> str:
    """Return the form of a new offer with what is wrong at each field."""
    told = {name: [words.plain(each) for each in several] for name, several in at.items()}
    rest = [words.plain(each) for each in other]
    return _render("offer_form.html.j2", state=state, filled=filled, wrong=told, other=rest)


def asks(
    state: State,
    goal: str,
    job: str,
    phase: str,
    at: Counted | None,
    found: dict[str, Any] | None,
    several: Sequence[Fault],
) -> str:
    """Return how far the search for a goal is, or what it found."""
    lifts = [
        (each, address(replace(state, lift=tuple(sorted({*state.lift, *_ids(each)})))))
        for each in (found or {}).get("sets", ())
    ]
    told = [_told(each) for each in several]
    return _render(
        "asks.html.j2", goal=goal, job=job, phase=phase, at=at, found=found, sets=lifts, faults=told
    )


def _ids(ask: dict[str, Any]) -> list[str]:
    return [each["id"] for each in ask["caveats"]]


def tab_of(state: State, look: Look, tab: str, goal: str = "") -> str:
    """Return the tabs with one of them open; ``goal`` is what the tab of asks begins with."""
    names = _names(state, look, tab)
    return _render("tab.html.j2", **names | ({"goal": goal} if goal else {}))


def form(name: str, /, **names: Any) -> str:
    """Return a page about the case itself, see ``templates/case``."""
    return _render(f"case/{name}.html.j2", **names)


def faults(
    several: Sequence[Fault],
    what: str,
    *,
    whole: bool,
    marking: str = "",
    pushed: bool = False,
) -> str:
    """Return what is wrong, as a page of its own or in the place of progress.

    Args:
        several: each fault.
        what: what cannot be done for them.
        whole: whether there is no page yet to tell it on.
        marking: of the case, for a page of its own.
        pushed: whether the address that is open is the one that is wrong, not the one before.
    """
    told = [_told(each) for each in several]
    name = "fault_page.html.j2" if whole else "fault_partial.html.j2"
    return _render(name, faults=told, what=what, marking=marking, pushed=pushed)


def _told(fault: Fault) -> str:
    """Say a fault; a flag is called as the address calls it."""
    return words.plain(str(fault)).removeprefix("--")


def why(state: State, look: Look, line: str, month: int) -> str | None:
    """Return why a line is as it is in a month; None where there is no such line or month."""
    content = look.content
    told = next((each for each in content.lines if each.line == line), None)
    if told is None or not 1 <= month <= len(content.months):
        return None
    gap = _gap(content, told, month)
    named = {name for each in gap.reasons for name in each.caveats} if gap else set()
    switches = [each for each in look.board.switches if each.name in named]
    return _render(
        "why.html.j2",
        state=state,
        line=told,
        month=content.months[month - 1],
        cell=told.cells[month - 1],
        gap=gap,
        tours=[(each, *_clicks(state, each)) for each in _there(content, line, month)],
        lifts=[(each, _lifting(state, each)) for each in switches],
    )


def tour_at(state: State, tour: TourTold) -> str:
    """Return the address of what is told of a tour."""
    which = {"offer": tour.offer, "line": tour.line, "month": str(tour.first), "area": tour.area}
    return address(state, "/tour", **which)


def tour(state: State, look: Look, offer: str, line: str, month: int, area: str) -> str | None:
    """Return what is told of a tour that begins in a month; None where there is none."""
    which = (offer, line, month, area)
    found = [e for e in look.content.tours if (e.offer, e.line, e.first, e.area) == which]
    if not found:
        return None
    [told] = found
    binding = [e for e in look.board.switches if told.nation in e.codes and told.role in e.roles]
    pin, forbid = _clicks(state, told)
    why = address(state, "/why", line=line, month=str(month))
    lifts = [(each, _lifting(state, each)) for each in binding]
    return _render("tour.html.j2", tour=told, pin=pin, forbid=forbid, why=why, lifts=lifts)


def _gap(content: Content, line: LineTold, month: int) -> GapTold | None:
    return next(
        (e for e in content.gaps if e.line == line.line and e.first <= month <= e.last), None
    )


def _there(content: Content, line: str, month: int) -> list[TourTold]:
    return [e for e in content.tours if e.line == line and e.first <= month <= e.last]


def _clicks(state: State, tour: TourTold) -> tuple[str, str]:
    """Return the addresses with a tour pinned, and with its offer kept off its line."""
    pin = f"{tour.offer}:{tour.line}:{tour.first}:{tour.units}:{tour.area}"
    pinned = pin in state.pin
    forbid = state.having("forbid", f"{tour.offer}:{tour.line}")
    return "" if pinned else address(state.having("pin", pin)), address(forbid)


def _ways(state: State, gap: GapTold) -> tuple[str, str, str]:
    """Return where it is told why a gap is open, and whom to ask: as a page, and as a tab."""
    why = address(state, "/why", line=gap.line, month=str(gap.first))
    tab = address(state, "/tab", tab="asks", goal=f"{gap.line}=1")
    return why, address(state, tab="asks"), tab


def _lifting(state: State, switch: Switch) -> str:
    """Return the address with a caveat lifted; empty where it is no longer in the way."""
    if switch.part == "lift":
        return "" if switch.on else address(state.having("lift", switch.name))
    return address(state.without("restore", switch.name)) if switch.on else ""


def _names(state: State, look: Look | None, tab: str) -> dict[str, Any]:
    names: dict[str, Any] = {
        "state": state,
        "tab": tab,
        "look": look,
        "done": done(state, look.board if look else None),
        "events": address(state, "/events", tab=tab),
        "goal": GOAL,
    }
    if look is None:
        return names
    told = html.usual(look.content) | {"marking": look.content.classification}
    open_tab: Tab = chosen(look.content, tab)
    shown = [each for each in TABS.values() if each.shown(look.content)]
    told["cell"] = html.cells(look.content)
    switches = {each.name: each for each in look.board.switches}
    told["lifting"] = lambda name: _lifting(state, switches[name]) if name in switches else ""
    told["ways"] = lambda gap: _ways(state, gap)
    told["draw"] = Drawn(look.content, lambda tour: tour_at(state, tour))
    return {**names, **told, "tabs": shown, "open_tab": open_tab, "board": look.board}


def _render(name: str, /, **names: Any) -> str:
    return _environment().get_template(name).render(**names)
