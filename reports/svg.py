"""Pictures as SVG: lines over months and bars over months, each with title and description.

Only elements and attributes, no style sheet, no script, no font, no reference out of the picture: a
file shows anywhere, and in a page its own style may recolour it by class.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

from reports.told import Month

INK, FAINT, RULE, BLUE = "#1b1f24", "#5b6672", "#d5dae0", "#0969b0"
SHADES = ("#eef1f4", "#fdd9b5", "#fda55a", "#d9580b", "#7a2a05")
"""Filled, then from little missing to nearly all; checked in grey and for colour-blind readers."""
WIDTH = 960
_LETTER = 0.6
"""Width of a letter of a sans-serif font, in parts of its height: on the safe side."""
BOLD = 1.15
"""How much wider bold letters are."""


def shade(share: float) -> int:
    """Return which of the shades stands for a share that is missing."""
    return 0 if not share else min(4, 1 + int(share * 4 - 1e-9))


def tag(name: str, inside: str = "", **attributes: object) -> str:
    """Return an element of what is escaped already, or our own.

    ``_`` in a name of an attribute is ``-``, a last one is dropped.
    """
    given = "".join(
        [
            f' {key.rstrip("_").replace("_", "-")}="{_plain(value)}"'
            for key, value in attributes.items()
            if value is not None
        ]
    )
    return f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>"


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return value if isinstance(value, str) else str(value)


def escape(text: str) -> str:
    """Return a text so that it is no markup, and so that no XML reader stumbles over it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def write(x: float, y: float, text: str, **attributes: object) -> str:
    """Return a text with its baseline at y, in the picture's size and colour if none is given."""
    return tag("text", escape(text), x=x, y=y, **attributes)


class _Letters(dict[str, float]):
    """The width of each character, in letters; measured in DejaVu Sans, the widest in use."""

    def __missing__(self, character: str) -> float:
        wide: float = cell_len(character)  # 0 for an accent on the letter before, 2 for 漢
        if character in "MWmw@%…—Ψ" or character in "ЖМФШЩЫЮжмфшщыю":
            wide = 1.8 if character in "ЖШЩЮ" else 1.65
        elif character in " ijlIJ.,:;'|()[]":
            wide = 0.65
        elif character.isupper() and wide == 1:
            wide = 1.3
        self[character] = wide
        return wide


_LETTERS = _Letters()


def letters(text: str) -> float:
    """Return how wide a text is, in letters: a capital is wider than one, a comma narrower."""
    return sum(map(_LETTERS.__getitem__, text))


def wide(text: str, size: float) -> float:
    """Return about how wide a text of some size is, in the units of the size."""
    return letters(text) * size * _LETTER


def cut(text: str, most: float) -> str:
    """Return the text, cut with an ellipsis where it is wider than so many letters."""
    used, end = 0.0, 0
    for i, character in enumerate(text, start=1):
        used += _LETTERS[character]
        if used <= most - _LETTERS["…"]:
            end = i
        elif used > most:
            return f"{text[:end].rstrip()}…" if end else ""
    return text


def fitted(text: str, width: float, size: float) -> str:
    """Return the text, cut with an ellipsis so that it is not wider; empty where nothing fits."""
    return cut(text, width / (size * _LETTER))


def wrapped(text: str, width: float, most: int, size: float) -> list[str]:
    """Return a text on at most so many lines of the width, cut with an ellipsis."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and (len(lines) == most or wide(longer, size) <= width):
            lines[-1] = longer
        else:
            lines.append(word)
    return [fitted(line, width, size) for line in lines]


def drawing(
    name: str,
    title: str,
    alt: str,
    width: float,
    height: float,
    inside: str,
    role: Literal["img", "group"] = "img",
) -> str:
    """Return a whole picture.

    Args:
        name: tells its title and description from those of other pictures on a page.
        title: what it is.
        alt: what it shows, for who does not see it.
        width: in pixels at full size; it scales.
        height: likewise.
        inside: its elements.
        role: ``group`` where some of them lead somewhere: nothing in an ``img`` can be reached.
    """
    said = tag("title", escape(title), id=f"{name}-title") + tag(
        "desc", escape(alt), id=f"{name}-desc"
    )
    return tag(
        "svg",
        said + inside,
        xmlns="http://www.w3.org/2000/svg",
        role=role,
        aria_labelledby=f"{name}-title {name}-desc",
        viewBox=f"0 0 {_plain(float(width))} {_plain(float(height))}",
        font_family="sans-serif",
        font_size=11,
        fill=INK,
        class_="picture",
    )


# Lines over months


def chart(
    name: str,
    title: str,
    now: Sequence[float | None],
    before: Sequence[float | None],
    months: Sequence[Month],
    size: tuple[float, float],
) -> str:
    """Return coverage by month as a line, that of a baseline dashed."""
    width, height = size
    left, right, top, bottom = 34.0, 8.0, 8.0, 20.0
    step = (width - left - right) / max(1, len(months) - 1)
    tall = height - top - bottom

    def at(index: int, share: float) -> tuple[float, float]:
        return left + index * step, top + (1 - share) * tall

    parts = []
    for share in (0.0, 0.5, 1.0):
        y = at(0, share)[1]
        parts.append(
            tag("path", d=f"M{left:g} {y:.1f}H{width - right:g}", stroke=RULE, class_="rule")
        )
        parts.append(
            write(
                left - 4,
                y + 3.5,
                f"{share:.0%}",
                fill=FAINT,
                class_="faint",
                font_size=10,
                text_anchor="end",
            )
        )
    parts += [
        tag(
            "path",
            d=f"M{left + (i - 0.5) * step:.1f} {top:g}V{top + tall:g}",
            stroke=FAINT,
            stroke_dasharray="2 2",
            class_="tick",
        )
        for i, month in enumerate(months)
        if month.moves
    ]
    for index in ticks(len(months), width):
        anchor = "middle" if index else "start"
        parts.append(
            write(
                at(index, 0)[0],
                height - 5,
                str(months[index].number),
                fill=FAINT,
                class_="faint",
                font_size=10,
                text_anchor=anchor,
            )
        )
    for values, dashed in ((before, True), (now, False)):
        path = "".join(_path([None if v is None else at(i, v) for i, v in enumerate(values)]))
        if path:
            parts.append(
                tag(
                    "path",
                    d=path,
                    fill="none",
                    stroke=FAINT if dashed else BLUE,
                    stroke_width=1.5 if dashed else 2.5,
                    stroke_dasharray="5 4" if dashed else None,
                    stroke_linecap="round",
                    class_="before" if dashed else "now",
                )
            )
    return drawing(name, title, _in_words(now, before, months), width, height, "".join(parts))


def _path(points: Iterable[tuple[float, float] | None]) -> Iterable[str]:
    drawn = False
    for point in points:
        if point is not None:
            yield f"{'L' if drawn else 'M'}{point[0]:.1f} {point[1]:.1f}"
            if not drawn:
                yield "h0"  # a month alone is a dot
        drawn = point is not None


def _in_words(
    now: Sequence[float | None], before: Sequence[float | None], months: Sequence[Month]
) -> str:
    known = [
        (value, month.number) for value, month in zip(now, months, strict=True) if value is not None
    ]
    if not known:
        return "Nothing is demanded."
    low, high = min(known), max(known)
    said = (
        f"Coverage by month: {known[0][0]:.0%} in month {known[0][1]}, at most {high[0]:.0%} in "
        f"month {high[1]}, at least {low[0]:.0%} in month {low[1]}, {known[-1][0]:.0%} in month "
        f"{known[-1][1]}."
    )
    return (
        f"{said} The dashed line is the baseline." if any(v is not None for v in before) else said
    )


def ticks(months: int, width: float) -> list[int]:
    """Return the indices of the months that carry a label, so that none touches the next."""
    room = max(1, int(width / 26))
    step = next(s for s in (1, 3, 6, 12, 24, 60, 120, 600) if -(-months // s) <= room)
    return list(range(0, months, step))


# Bars over months


Look = Literal["plain", "open", "none"]


@dataclass(frozen=True)
class Bar:
    """Months of a row: a label that is left out where there is no room, and what a pointer shows.

    Attributes:
        look: ``open`` for what rests on something uncertain, ``none`` for nobody.
        to: the address of what tells more; empty in a picture that stands alone.
    """

    first: int
    last: int
    label: str
    said: str
    look: Look = "plain"
    to: str = ""


@dataclass(frozen=True)
class Row:
    """A label with its bars; those that overlap get lanes of their own. Without bars a heading."""

    label: str
    bars: tuple[Bar, ...]

    def lanes(self) -> list[list[Bar]]:
        """Return the bars in as few lanes as they need."""
        found: list[list[Bar]] = []
        for bar in sorted(self.bars, key=lambda each: (each.first, -each.last, each.label)):
            free = next((lane for lane in found if lane[-1].last < bar.first), None)
            if free is None:
                found.append([bar])
            else:
                free.append(bar)
        return found or [[]]


_LOOKS: dict[Look, dict[str, object]] = {
    "plain": {"fill": "#b9d6ee", "stroke": BLUE, "class_": "plain"},
    "open": {"fill": "#ffffff", "stroke": BLUE, "stroke_dasharray": "3 2", "class_": "doubt"},
    "none": {"fill": SHADES[4], "stroke": SHADES[4]},
}


def gantt(
    name: str,
    title: str,
    alt: str,
    rows: Sequence[Row],
    months: Sequence[Month],
    width: float = WIDTH,
) -> str:
    """Return rows of bars over the months, the moves of the headquarters as lines."""
    left, lane, pad, top = min(190.0, width * 0.2), 15.0, 3.0, 18.0
    step = (width - left - 4) / len(months)
    shapes: dict[Look, list[str]] = {look: [] for look in _LOOKS}
    labels: list[str] = []
    names: list[str] = []
    rules: list[str] = []
    y = top
    for row in rows:
        lanes = row.lanes()
        rules.append(f"M0 {y:g}H{width:g}")
        weight = None if row.bars else "bold"
        names.append(write(2, y + 12, fitted(row.label, left - 6, 11), font_weight=weight))
        for i, bars in enumerate(lanes):
            base = y + pad / 2 + i * lane
            for bar in bars:
                x, wide = left + (bar.first - 1) * step, (bar.last - bar.first + 1) * step - 1
                outline = f"M{x:.1f} {base + 1:g}h{max(1.0, wide):.1f}v{lane - 2:g}h-{wide:.1f}z"
                drawn = tag("path", tag("title", escape(bar.said)), d=outline)
                shapes[bar.look].append(_linked(drawn, bar) if bar.to else drawn)
                label = fitted(bar.label, wide - 4, 10)
                ink = "#ffffff" if bar.look == "none" else None
                on = "on-dark" if bar.look == "none" else None
                if label:
                    labels.append(write(x + 3, base + lane - 4, label, fill=ink, class_=on))
        y += lane * len(lanes) + pad
    moves = "".join(
        f"M{left + i * step:.1f} {top - 2:g}V{y:g}" for i, month in enumerate(months) if month.moves
    )
    parts = [
        tag("path", d="".join(rules), stroke=RULE, class_="rule"),
        *names,
        *(tag("g", "".join(drawn), **_LOOKS[look]) for look, drawn in shapes.items() if drawn),
        *([tag("g", "".join(labels), font_size=10)] if labels else []),
        _numbers(months, left, step, width),
        *([tag("path", d=moves, stroke=INK, stroke_width=1.5, class_="move")] if moves else []),
    ]
    linked = any(bar.to for row in rows for bar in row.bars)
    role: Literal["img", "group"] = "group" if linked else "img"
    return drawing(name, title, alt, width, y + 2, "".join(parts), role)


def _linked(drawn: str, bar: Bar) -> str:
    """Return a bar that leads somewhere; what it is called is what a pointer shows."""
    name = html.escape(bar.said)
    return tag("a", drawn, href=html.escape(bar.to), data_why="", aria_label=name)


def _numbers(months: Sequence[Month], left: float, step: float, width: float) -> str:
    """Return the numbers of the months above their columns."""
    texts = [
        write(left + (i + 0.5) * step, 12, str(months[i].number))
        for i in ticks(len(months), width - left)
    ]
    look = {"fill": FAINT, "class_": "faint", "font_size": 10, "text_anchor": "middle"}
    return tag("g", "".join(texts), **look)


# What a drawing says of itself


def headed(drawing: str, of: str, foot: Sequence[str] = ()) -> str:
    """Return a drawing as a file: on white, with its size, its title above and lines below it.

    It is shown by whatever there is, and nothing around it says what it is. Programs show the
    title that an SVG has only to who points at it.

    Args:
        drawing: what is in it.
        of: what it is of, after its title.
        foot: what stands below it.
    """
    head, inside = drawing.split(">", 1)
    box = head.split('viewBox="')[1].split('"')[0]
    width, high = (float(each) for each in box.split()[2:])
    texts, elements = inside.removesuffix("</svg>").split("</desc>", 1)
    title = html.unescape(texts.split(">", 1)[1].split("</title>")[0])
    top, line = 26.0, 14.0
    above = fitted(f"{title}: {of}", (width - 8) / BOLD, 14)
    parts = [
        tag("rect", width=width, height=top + high + line * len(foot) + 8, fill="#ffffff"),
        write(4, 17, above, font_size=14, font_weight="bold"),
        tag("g", elements, transform=f"translate(0 {top:g})"),
    ]
    parts += [
        write(4, top + high + line * i, each, font_size=10, fill=FAINT)
        for i, each in enumerate(foot, start=1)
    ]
    height = top + high + line * len(foot) + 8
    head = head.replace(box, f"0 0 {width:g} {height:g}")
    size = f'width="{width:g}" height="{height:g}"'
    return f"{head} {size}>{texts}</desc>{''.join(parts)}</svg>\n"


def described(drawing: str) -> str:
    """Return the title and the description of a drawing, for who does not see it."""
    found = re.findall(r"<(?:title|desc) id=[^>]*>([^<]*)<", drawing)[:2]
    return ". ".join(html.unescape(each).rstrip(".") for each in found)


def tall(drawing: str) -> float:
    """Return the height of a drawing in parts of its width."""
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing).groups()  # type: ignore[union-attr]
    return float(height) / float(width)
