"""The pictures of a report: each as SVG, with the data behind it as rows.

``report --format svg`` writes them as files, each beside a CSV file of the same name; the page
takes the same drawings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from reports import grid, svg, tables, words
from reports.content import Content
from reports.formats import PICTURES
from reports.svg import Bar, Row, tag
from reports.told import Cell, LineTold, RoleTold, TourTold

By = Literal["nation", "line"]


@dataclass(frozen=True)
class Picture:
    """A picture and the data behind it."""

    name: str
    drawing: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[tables.Cell]]


def write(content: Content) -> dict[str, str | bytes]:
    """Return every picture as a file, and its data as another."""
    files: dict[str, str | bytes] = {}
    foot = [line for mark in content.marks for line in svg.wrapped(mark, svg.WIDTH - 8, 3, 10)]
    for each in pictures(content):
        name = f"picture-{each.name}"
        rows = tuple(tuple(map(tables.cell, row)) for row in each.rows)
        files[f"{name}.svg"] = svg.headed(each.drawing, content.title, foot)
        files[f"{name}.csv"] = tables.Table(name, each.columns, rows).csv()
    return files


def pictures(content: Content) -> list[Picture]:
    """Return every picture, in the order of ``formats.PICTURES``."""
    index = ("role", "month", "coverage", "baseline")
    missing = (
        "line",
        "title",
        "role",
        "month",
        "covered",
        "target",
        "missing",
        "state",
        "baseline",
    )
    tour = ("nation", "offer", "line", "units", "from", "until", "rests_on")
    toured = [
        (
            each.nation,
            each.offer,
            each.line,
            each.units,
            each.first,
            each.last,
            " ".join(each.rests),
        )
        for each in content.tours
    ]
    every: list[tuple[str, tuple[str, ...], Sequence[Sequence[tables.Cell]]]] = [
        (missing_units(content), missing, _missing(content)),
        (coverage(content.whole, content, (svg.WIDTH, 240)), index, _index([content.whole])),
        (by_role(content), index, _index(content.roles[:-1])),
        (
            headquarters(content),
            ("what", "who", "from", "until"),
            [(r.label, b.label, b.first, b.last) for r in seats(content) for b in r.bars],
        ),
        (tours(content, "nation"), tour, toured),
        (tours(content, "line"), tour, toured),
    ]
    return [Picture(name, *each) for name, each in zip(PICTURES, every, strict=True)]


def _missing(content: Content) -> list[tuple[tables.Cell, ...]]:
    return [
        (line.line, line.title, line.role, cell.month, cell.covered, cell.target, cell.missing,
         cell.state, "" if cell.before is None else cell.before)
        for line in content.lines
        for cell in line.demanded
    ]  # fmt: skip


def _index(roles: Sequence[RoleTold]) -> list[tuple[tables.Cell, ...]]:
    found: list[tuple[tables.Cell, ...]] = []
    for role in roles:
        before = role.before_by_month or (None,) * len(role.by_month)
        for month, (now, then) in enumerate(zip(role.by_month, before, strict=True), start=1):
            found.append(
                (role.role, month, "" if now is None else now, "" if then is None else then)
            )
    return found


# Missing units

_KEY = 840
"""The width that the key of the picture takes in one line."""


def missing_units(content: Content, width: float = svg.WIDTH) -> str:
    """Return the units missing by line and month; the letters are the larger, the less wide."""
    over = grid.columns(content)
    left, tall, top = 180 + 0.125 * width, 16.0, 34.0
    step = (width - left - 4) / len(over)
    parts = [svg.write(left, 12, "Month", fill=svg.FAINT, font_size=10)]
    for i in svg.ticks(len(over), width - left):
        x = left + (i + 0.5) * step
        parts.append(
            svg.write(x, 27, over[i].label, fill=svg.FAINT, font_size=10, text_anchor="middle")
        )
    y = top
    for role, lines in grid.by_role(content):
        parts.append(
            svg.write(2, y + 13, svg.fitted(role, left, 12), font_size=12, font_weight="bold")
        )
        y += tall + 2
        for line in lines:
            label = svg.fitted(f"{line.priority}  {line.line} {line.title}", left - 6, 11)
            parts.append(svg.write(2, y + 12, label))
            for i, cell in enumerate(grid.cells(line, over)):
                if cell is not None:
                    parts.append(_cell(line, cell, left + i * step, y, step - 1, tall - 1))
            y += tall
    for i, column in enumerate(over):
        if i and grid.moved(content, column):
            x = left + i * step - 0.5
            parts.append(tag("path", d=f"M{x:.1f} {top - 4:g}V{y:.1f}", stroke=svg.INK))
    parts += _key(y + 8, width, content.changes is not None)
    below = 32 if width >= _KEY and content.changes is None else 52
    alt = (
        f"{content.gap_count}; coverage index {words.percent(content.index)}. A row per "
        "requirement line, a column per month; a cell is the darker the more is missing, and shows "
        "how much."
    )
    title = "Missing units by line and month"
    return svg.drawing("missing-units", title, alt, width, y + below, "".join(parts))


def _cell(line: LineTold, cell: Cell, x: float, y: float, wide: float, tall: float) -> str:
    shade = svg.shade(cell.share)
    ink = "#ffffff" if shade == 4 else None
    parts = [tag("rect", x=x, y=y, width=wide, height=tall, fill=svg.SHADES[shade])]
    middle = x + wide / 2
    if cell.state == "conditional":
        parts.append(tag("circle", cx=middle, cy=y + tall / 2, r=2.0, fill=svg.FAINT))
    elif cell.state == "substituted":
        parts.append(tag("path", d=f"M{middle - 5:.1f} {y + tall - 3:.1f}l10 -9", stroke=svg.FAINT))
    if cell.missing:
        text = words.amount(cell.missing)
        size = min(10.0, (wide - 1) / (0.6 * len(text)))
        if size >= 5:
            parts.append(
                svg.write(
                    middle, y + tall - 4, text, fill=ink, font_size=size, text_anchor="middle"
                )
            )
        if grid.below_minimum(line, cell):
            parts.append(_frame(x, y, wide, tall, svg.INK if shade < 4 else "#ffffff", 1.2))
    if cell.shift:
        dashed = "3 2" if cell.shift == "worse" else None
        parts.append(_frame(x, y, wide, tall, svg.BLUE, 2.0, dashed))
    return "".join(parts)


def _frame(
    x: float, y: float, wide: float, tall: float, ink: str, thick: float, dashes: str | None = None
) -> str:
    return tag(
        "rect",
        x=x + 1.5,
        y=y + 1.5,
        width=max(1.0, wide - 3),
        height=tall - 3,
        fill="none",
        stroke=ink,
        stroke_width=thick,
        stroke_dasharray=dashes,
    )


def _key(y: float, width: float, compared: bool) -> list[str]:
    """Return what colours and marks mean, in two lines where there is no room for one."""
    parts, x = [], 2.0
    said = ("filled", "to 25 % missing", "to 50 %", "to 75 %", "more")
    for shade, text in zip(svg.SHADES, said, strict=True):
        parts.append(tag("rect", x=x, y=y, width=14, height=14, fill=shade))
        parts.append(svg.write(x + 18, y + 11, text, font_size=10))
        x += 30 + 6 * len(text)
    if compared or width < _KEY:
        x, y = 2.0, y + 20
    parts.append(tag("circle", cx=x + 7, cy=y + 7, r=2.0, fill=svg.FAINT))
    parts.append(svg.write(x + 18, y + 11, "conditional", font_size=10))
    parts.append(tag("path", d=f"M{x + 98:.1f} {y + 12:.1f}l10 -9", stroke=svg.FAINT))
    parts.append(svg.write(x + 114, y + 11, "substituted", font_size=10))
    parts.append(_frame(x + 188, y - 1, 16, 16, svg.INK, 1.2))
    parts.append(svg.write(x + 208, y + 11, "below minimum", font_size=10))
    parts.append(tag("path", d=f"M{x + 306:.1f} {y:.1f}v14", stroke=svg.INK))
    parts.append(svg.write(x + 312, y + 11, "headquarters moves", font_size=10))
    if compared:
        for at, text, dashed in ((438, "better than before", None), (572, "worse", "3 2")):
            parts.append(_frame(x + at, y - 1, 16, 16, svg.BLUE, 2.0, dashed))
            parts.append(svg.write(x + at + 20, y + 11, text, font_size=10))
    return parts


# Coverage


def coverage(role: RoleTold, content: Content, size: tuple[float, float], mark: str = "") -> str:
    """Return the coverage of a role, or of ``all``, by month; that of the baseline dashed."""
    what = "of the whole force" if role is content.whole else f"in role {role.role}"
    return svg.chart(
        f"coverage{mark}",
        f"Coverage {what} by month",
        role.by_month,
        role.before_by_month,
        content.months,
        size,
    )


def by_role(content: Content) -> str:
    """Return the coverage of every role by month, one chart each."""
    wide, tall, across = svg.WIDTH / 2, 170.0, 2
    parts = []
    for i, role in enumerate(content.roles[:-1]):
        x, y = i % across * wide, i // across * tall
        label = svg.fitted(f"{role.role} {words.percent(role.index)}", wide - 10, 12)
        parts.append(svg.write(x + 4, y + 14, label, font_size=12, font_weight="bold"))
        drawn = coverage(role, content, (wide - 10, tall - 26), f"-{i}")
        moved = f'<svg x="{x:g}" y="{y + 20:g}" width="{wide - 10:g}" height="{tall - 26:g}"'
        parts.append(drawn.replace("<svg", moved, 1))
    rows = -(-len(content.roles[:-1]) // across)
    if not rows:
        parts.append(svg.write(4, 14, "No role has any demand.", font_size=12))
    said = (f"{each.role} {words.percent(each.index)}" for each in content.roles[:-1])
    alt = f"Coverage over all months: {'; '.join(said)}."
    return svg.drawing(
        "coverage-by-role",
        "Coverage by role and month",
        alt,
        svg.WIDTH,
        rows * tall or 24,
        "".join(parts),
    )


# Headquarters, leads, tours


def seats(content: Content) -> list[Row]:
    """Return the seats of the headquarters and the leads of each role as rows."""
    rows = []
    if content.stays:
        bars = [Bar(e.first, e.last, e.title, f"{e.title}, {e.when}") for e in content.stays]
        rows.append(Row("Headquarters", tuple(bars)))
    leads: defaultdict[str, list[Bar]] = defaultdict(list)
    for each in content.leads:
        name = each.name or "nobody"
        look: svg.Look = "plain" if each.nation else "none"
        leads[each.role].append(Bar(each.first, each.last, name, f"{name}, {each.when}", look))
    return [*rows, *(Row(f"Lead, {role}", tuple(bars)) for role, bars in leads.items())]


def headquarters(content: Content) -> str:
    """Return where the headquarters is and who leads which role, over time."""
    told = [f"{each.title} {each.when}" for each in content.stays]
    told += [f"{each.role} led by {each.name or 'nobody'} {each.when}" for each in content.leads]
    alt = "; ".join(told) or "No headquarters and no lead nations are asked for."
    title = "Headquarters and lead nations over time"
    return svg.gantt("headquarters", title, alt, seats(content), content.months)


def tours(content: Content, by: By) -> str:
    """Return all tours as bars: rows are offers by nation, or lines with who serves them."""
    rows = []
    for group, several in toured(content.tours, by).items():
        rows.append(Row(group, ()))
        rows += tour_rows(several, by)
    alt = f"{words.count(len(content.tours), 'tour')}; a bar is dashed where it rests on a vote."
    return svg.gantt(f"tours-by-{by}", f"Tours by {by}", alt, rows, content.months)


def nowhere(tour: TourTold) -> str:
    """Return no address: a picture that stands alone leads nowhere."""
    del tour
    return ""


def apart(
    content: Content, by: By, to: Callable[[TourTold], str] = nowhere, width: float = svg.WIDTH
) -> list[tuple[str, str]]:
    """Return each nation, or each line, with its tours as bars.

    Args:
        content: what they are of.
        by: what each picture is of.
        to: the address of what tells more of a tour.
        width: in pixels at full size.
    """
    found = []
    for i, (name, several) in enumerate(toured(content.tours, by).items()):
        people = sum(tour.people * (tour.last - tour.first + 1) for tour in several)
        alt = f"{words.count(len(several), 'tour')}, {people:,} person-months."
        rows = tour_rows(several, by, to)
        title = f"Tours {'of' if by == 'nation' else 'on'} {name}"
        drawn = svg.gantt(f"tours-{by}-{i}", title, alt, rows, content.months, width)
        found.append((name, drawn))
    return found


def toured(several: Sequence[TourTold], by: By) -> dict[str, list[TourTold]]:
    """Return the tours by the name of the nation, or by line and title."""
    found: defaultdict[str, list[TourTold]] = defaultdict(list)
    for tour in several:
        found[tour.nation_name if by == "nation" else f"{tour.line} {tour.title}"].append(tour)
    return dict(sorted(found.items()))


def tour_rows(
    several: Sequence[TourTold], by: By, to: Callable[[TourTold], str] = nowhere
) -> list[Row]:
    """Return one row per offer, its bars named by the line, or by number of units."""
    offers: defaultdict[str, list[Bar]] = defaultdict(list)
    for tour in several:
        units = f" ×{tour.units}" if tour.units > 1 else ""
        label = f"{tour.line}{units}" if by == "nation" else words.count(tour.units, "unit")
        who = f"{tour.line} {tour.title}" if by == "nation" else tour.nation_name
        when = words.months(tour.first, tour.last)
        said = f"{tour.offer}: {who}, {when}, {words.count(tour.units, 'unit')}"
        look: svg.Look = "open" if tour.rests else "plain"
        bar = Bar(tour.first, tour.last, label, said, look, to(tour))
        offers[tour.offer].append(bar)
    return [Row(offer, tuple(bars)) for offer, bars in offers.items()]
