"""A report as sections of plain blocks, for formats that are read page by page.

Texts are not escaped and tables hold what stands in their cells; a format lays them out its way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from reports import grid, html, pictures, svg, words
from reports.columns import TABLES, Kind
from reports.content import Content
from reports.sheets import BASES
from reports.told import Cell

KEY = (
    "The number is how many units are missing to the target; the darker, the more. • filled, but "
    "conditional on votes; / filled with substitutes; a frame: below the minimum; a thick rule: "
    "the headquarters moves."
)
ROWS = 30
"""The most lines of a picture that fits a page."""
Level = Literal["plain", "strong", "faint"]


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    level: Level = "plain"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """The picture of missing units, or the rows of it that are the lines given."""

    content: Content


@dataclass(frozen=True)
class Picture:
    """A drawing with its title; what it shows stands in it as its description."""

    title: str
    drawing: str


@dataclass(frozen=True)
class Table:
    """A table; ``kinds`` say how each column is shown."""

    caption: str
    heads: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def weights(self) -> list[float | None]:
        """How the room is shared by columns of text; None for a column that is as wide as needed.

        A column takes what its cells hold on the average, and none starves or eats the others.
        """
        found: list[float | None] = []
        for i, kind in enumerate(self.kinds):
            held = sum(len(row[i]) for row in self.rows) / max(1, len(self.rows))
            found.append(min(90.0, max(14.0, held)) if kind == "text" else None)
        return found


Block = Text | Bullets | Grid | Picture | Table


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    name: str
    title: str
    blocks: tuple[Block, ...]


def sections(content: Content) -> Iterator[Section]:
    """Yield the sections of a report in the order in which the page has them."""
    for name, title in html.sections(content).items():
        blocks = tuple(map(_filled, _SECTIONS[name](content)))
        yield Section(name, title, blocks)


def _filled(block: Block) -> Block:
    """Return the block, in words where it is a table without a row."""
    return Text(f"{block.caption}: none.") if isinstance(block, Table) and not block.rows else block


def facts(content: Content) -> list[str]:
    """Return the headline numbers in words, those of a baseline beside them."""
    before = content.changes
    was = ("", "", "")
    if before:
        was = tuple(
            f" (baseline: {each})"
            for each in (words.percent(before.index), before.gap_lines, before.gap_lines_first)
        )  # type: ignore[assignment]
    return [
        f"{words.percent(content.index)} of the weighted demand is covered{was[0]}",
        f"{content.gap_lines} of {words.count(content.demanded, 'line')} with a gap{was[1]}",
        f"{content.gap_lines_first} of them priority 1{was[2]}",
        f"Proof: {content.status_words}",
    ]


def by_role(content: Content) -> Iterator[tuple[str, Content]]:
    """Yield each role with the content that holds its demanded lines only."""
    for role, lines in grid.by_role(content):
        yield role, replace(content, lines=tuple(lines))


def some(content: Content, first: int) -> Content:
    """Return the content with ``ROWS`` of its lines only, from one on."""
    return replace(content, lines=content.lines[first : first + ROWS])


def mark(cell: Cell) -> str:
    """Return what stands in a cell of the picture, readable without colour."""
    if cell.missing:
        return words.amount(cell.missing)
    return {"conditional": "•", "substituted": "/"}.get(cell.state, "")


def _table(content: Content, name: str, caption: str) -> Table:
    columns = TABLES[name].usual
    return Table(
        caption,
        tuple(column.heading for column in columns),
        tuple(column.kind for column in columns),
        tuple(tuple(c.text(row) for c in columns) for row in TABLES[name].rows(content)),
    )


def _beside(first: Kind, numbers: int) -> tuple[Kind, ...]:
    """Return the kinds of a column and so many of numbers."""
    number: Kind = "number"
    return (first, *(number for _ in range(numbers)))


def _listed(items: Iterable[str]) -> Iterator[Bullets]:
    there = tuple(items)
    if there:
        yield Bullets(there)


# The sections


def _numbers(content: Content) -> Iterator[Block]:
    yield Bullets(tuple(facts(content)))
    picture = pictures.coverage(content.whole, content, (svg.WIDTH, 200))
    yield Picture("Coverage by month", picture)
    tiers = tuple(
        (e.name, e.counts, words.tier_value(e.value), words.tier_value(e.bound), e.proof)
        for e in content.tiers
    )
    yield Table(
        "What is proven: each tier is the least possible with all earlier ones held",
        ("Tier", "Counts", "Value", "No plan below", "Proof"),
        ("name", "text", "number", "number", "text"),
        tiers,
    )
    yield from _listed(content.rests_on)


def _missing(content: Content) -> Iterator[Block]:
    yield Text(KEY)
    yield Grid(content)


def _changes(content: Content) -> Iterator[Block]:
    told = content.changes
    if told is None:
        return
    better = words.count(told.better, "line-month")
    yield Text(
        f"Baseline: run {told.run}, {told.scenario or 'the case as it is'}; {told.status}. "
        f"{better} better, {told.worse} worse; {words.count(len(told.moved), 'tour')} differ."
    )
    yield from _listed(told.inputs)
    yield from _listed(f"Now named as a reason: {each}" for each in told.now_binding)
    yield from _listed(f"No longer named: {each}" for each in told.no_longer_binding)
    rows = tuple(
        (g.line, g.title, g.when, words.amount(g.before), words.amount(g.after), g.what)
        for g in told.gaps
    )
    if rows:
        heads = ("Line", "What", "Months", "Before", "Now", "Gap")
        kinds: tuple[Kind, ...] = ("name", "text", "name", "number", "number", "text")
        yield Table("Units missing, before and now", heads, kinds, rows)


def _worst(content: Content) -> Iterator[Block]:
    if not content.worst:
        yield Text("None: every line reaches its target in every month.")
    for gap in content.worst:
        yield Text(f"{gap.rank}. {gap.line} {gap.title}, {gap.when}: {gap.facts}", "strong")
        asks = "; ".join(ask.in_words for ask in gap.asks)
        items = [f"{reason.label}: {reason.in_words}" for reason in gap.reasons]
        yield from _listed([*items, *([f"to ask: {asks}"] if asks else [])])


def _roles(content: Content) -> Iterator[Block]:
    heads = ("Role", "Lines", "With a gap", "Priority 1", "Unit-months missing", "All months")
    rows = tuple(
        (
            role.role,
            str(role.lines),
            str(role.gaps),
            str(role.gaps_first),
            words.amount(role.missing),
            words.percentage(role.index),
            *("" if each is None else words.percentage(each) for each in role.by_period),
        )
        for role in content.roles
    )
    periods = tuple(period.label for period in content.periods)
    kinds = _beside("name", 5 + len(periods))
    caption = f"Coverage index in percent, over all months and by {content.span}"
    yield Table(caption, (*heads, *periods), kinds, rows)
    yield Picture("Coverage by role and month", pictures.by_role(content))


def _nations(content: Content) -> Iterator[Block]:
    yield _table(content, "nations", "What each nation gives, and what its caveats cost")


def _unused(content: Content) -> Iterator[Block]:
    yield Text(words.UNUSED)
    yield _table(content, "unused", "Offers with units that are never used")


def _headquarters(content: Content) -> Iterator[Block]:
    yield Picture("Headquarters and lead nations", pictures.headquarters(content))


def _votes(content: Content) -> Iterator[Block]:
    if content.rests:
        yield _table(content, "rests", "Votes and conditions, those on which most rests first")
    else:
        yield Text("Nothing in place rests on an open vote or an uncertain condition.")


def _assumed(content: Content) -> Iterator[Block]:
    heads: tuple[str, ...] = (
        "Role",
        *(f"{side}, {b}" for side in ("Covered", "Demand") for b in BASES),
    )
    rows = tuple(
        (e.role, *(words.percentage(s[b]) for s in (e.supply, e.demand) for b in BASES))
        for e in content.assumed
    )
    caption = "Shares in percent of what is covered, and of the weighted demand"
    yield Table(caption, heads, _beside("name", 6), rows)
    if content.swing:
        yield Text(words.SWING.format(words.percent(content.swing.share)))
        names = tuple(content.swing.rows[0].tiers)
        rows = tuple(
            (
                e.what,
                *(words.tier_value(e.tiers[n]) for n in names),
                words.percentage(e.index),
                e.proof,
            )
            for e in content.swing.rows
        )
        heads = ("What is off", *names, "Coverage index, %", "Proof")
        kinds: tuple[Kind, ...] = (*_beside("text", len(names) + 1), "text")
        yield Table("If assumed figures are off", heads, kinds, rows)
    else:
        yield Text(words.NO_SWING)


def _lines(content: Content) -> Iterator[Block]:
    yield _table(content, "lines", "Every requirement line with its state")


def _gaps(content: Content) -> Iterator[Block]:
    yield _table(content, "gaps", "Every gap with its reasons, what weighs most first")


def _tours(content: Content) -> Iterator[Block]:
    if not content.tours:
        yield Text("Nothing is deployed.")
        return
    yield Text(
        "A bar is a tour, named by its line and how many units; a dashed one rests on a vote."
    )
    for nation, drawing in pictures.apart(content, "nation"):
        yield Picture(nation, drawing)


def _caveats(content: Content) -> Iterator[Block]:
    rows = tuple(
        (
            card.caveat,
            ", ".join(card.states),
            card.sentence,
            str(card.gaps or ""),
            words.few(card.lines),
            card.authority,
        )
        for card in content.cards
    )
    heads = ("Caveat", "State", "In words", "Gaps", "Keeps offers from", "Owner")
    kinds: tuple[Kind, ...] = ("name", "name", "text", "number", "text", "text")
    yield Table("Every caveat; those named by most gaps first", heads, kinds, rows)


def _scenario(content: Content) -> Iterator[Block]:
    if not content.scenarios:
        yield Text("The case as it is, without a scenario.")
    yield from _listed(f"{e.name}: {e.title}" if e.title else e.name for e in content.scenarios)
    yield from _listed(content.pins)
    yield Text(f"Pending votes count as {content.origin.options.pending}.")


def _sources(content: Content) -> Iterator[Block]:
    for source in content.sources:
        sorts = (("lines", source.lines), ("offers", source.offers), ("caveats", source.caveats))
        named = "; ".join(f"{what} {', '.join(names)}" for what, names in sorts if names)
        yield Bullets((f"{source.text or 'No source given'}: {named}",))


def _appendix(content: Content) -> Iterator[Block]:
    yield from _listed(f"The solver: {each}" for each in content.events)
    yield from _listed(f"Warning: {each}" for each in content.warnings)
    yield from _listed(f"{name}: {value}" for name, value in content.origin.details())
    yield Text(f"To repeat it: {content.origin.command}")
    yield Text("To check it without the solver: python solve.py verify RUN")


_SECTIONS = {
    "numbers": _numbers,
    "missing": _missing,
    "changes": _changes,
    "worst": _worst,
    "roles": _roles,
    "nations": _nations,
    "unused": _unused,
    "headquarters": _headquarters,
    "votes": _votes,
    "assumed": _assumed,
    "lines": _lines,
    "gaps": _gaps,
    "tours": _tours,
    "caveats": _caveats,
    "scenario": _scenario,
    "sources": _sources,
    "appendix": _appendix,
}
