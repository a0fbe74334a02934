"""``report.md``: the gap report, good to read rendered and as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports import words
from reports.content import Content
from reports.told import GapTold

_SPECIAL = str.maketrans(
    {
        "\\": "\\\\",
        "`": "\\`",
        "*": "\\*",
        "[": "\\[",
        "]": "\\]",
        "|": "\\|",
        "~": "\\~",
        "<": "&lt;",
        ">": "&gt;",
    }
)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def escape(text: str) -> str:
    """Return text from the case so that Markdown shows it as it is, on one line.

    Underscores inside a word mean nothing to Markdown and stay, so that addresses stay whole.
    """
    safe = _ENTITY.sub("&amp;", words.plain(text)).translate(_SPECIAL)
    safe = _UNDERSCORE.sub(r"\\_", safe)
    return re.sub(r"^([#+=-]|\d+(?=[.)]))", r"\\\1" if not safe[:1].isdigit() else r"\1\\", safe)


def write(content: Content) -> dict[str, str | bytes]:
    """Return the file of this format."""
    return {"report.md": render(content)}


def render(content: Content) -> str:
    """Return the whole report."""
    banner = [f"**{escape(content.classification)}**"] if content.classification else []
    unproven = [f"**{content.unproven}**"] if content.unproven else []
    parts = [
        banner,
        _headline(content, unproven),
        _changes(content),
        _roles(content),
        _worst(content),
        _lines(content),
        _nations(content),
        _unused(content),
        _headquarters(content),
        _assumed(content),
        _caveats(content),
        _warnings(content),
        _sources(content),
        _appendix(content),
        unproven,
        banner,
    ]
    return "\n\n".join(block for part in parts for block in part) + "\n"


def _headline(content: Content, unproven: list[str]) -> list[str]:
    facts = [
        f"**Coverage index {words.percent(content.index)}** of the weighted demand "
        f"over {words.count(len(content.months), 'month')}",
        f"**{content.gap_count}**",
        f"**Proof:** {content.status_words}",
    ]
    proof = [
        [
            tier.name,
            tier.counts,
            words.tier_value(tier.value),
            words.tier_value(tier.bound),
            tier.proof,
        ]
        for tier in content.tiers
    ]
    blocks = [
        f"# {escape(content.title)}: gap report",
        *unproven,
        *([f"**{escape(content.scenario)}**"] if content.scenario else []),
        f"Run {content.origin.run}, inputs {content.origin.input_hash}",
        _bullets(facts),
        _table(["Tier", "Counts", "Value", "No plan below", "Proof"], proof, "llrrl"),
        "On what the coverage rests:",
        _bullets(content.rests_on),
    ]
    if content.rests:
        rows = [
            [escape(each.name), escape(each.what), words.percent(each.share)]
            for each in content.rests
        ]
        heads = ["Vote or condition", "What it is", "Coverage on it"]
        blocks.append(_table(heads, rows, "llr"))
    return blocks


def _changes(content: Content) -> list[str]:
    changes = content.changes
    if changes is None:
        return []
    tiers = [
        [tier.name, tier.counts, words.tier_value(tier.before), words.tier_value(tier.value)]
        for tier in content.tiers
        if tier.before is not None
    ]
    roles = [
        [escape(each.role), *("" if e is None else words.percentage(e) for e in ends)]
        for each in changes.roles
        for ends in [(each.before, each.after)]
    ]
    gaps = [
        f"{escape(f'{each.line} {each.title}')}, {each.when}: {each.what}, "
        f"{words.amount(each.before)} missing before, {words.amount(each.after)} now"
        for each in changes.gaps
    ]
    cells = words.count(changes.better, "line-month"), words.count(changes.worse, "line-month")
    facts = [
        f"Baseline: run {changes.run}, {escape(changes.scenario) or 'the case as it is'}; "
        f"{changes.status}",
        f"Coverage index {words.percent(changes.index)} before, {words.percent(content.index)} now",
        f"{cells[0]} better, {cells[1]} worse",
        *(f"Now named as a reason of a gap: {escape(each)}" for each in changes.now_binding),
        *(f"No longer named: {escape(each)}" for each in changes.no_longer_binding),
        *(f"Input: {escape(each)}" for each in changes.inputs),
    ]
    return [
        "## What is different from the baseline",
        _bullets(facts),
        _table(["Tier", "Counts", "Before", "Now"], tiers, "llrr"),
        _table(["Role", "Before, %", "Now, %"], roles, "lrr"),
        _bullets(gaps) if gaps else "The same units are missing in every month of every line.",
    ]


def _roles(content: Content) -> list[str]:
    rows = [
        [
            escape(row.role),
            str(row.lines),
            str(row.gaps),
            words.percentage(row.index),
            *("" if each is None else words.percentage(each) for each in row.by_period),
        ]
        for row in content.roles
    ]
    heads = [
        "Role",
        "Lines",
        "With a gap",
        "All months",
        *(period.label for period in content.periods),
    ]
    return [
        "## Coverage by role",
        "Coverage index in percent, over all months and by " + content.span + ".",
        _table(heads, rows, "l" + "r" * (len(heads) - 1)),
    ]


def _worst(content: Content) -> list[str]:
    if not content.worst:
        return ["## Worst gaps", "None: every line reaches its target in every month."]
    many = (
        f"The {len(content.worst)} worst of {len(content.gaps)}, by priority and by what is "
        "missing."
    )
    return ["## Worst gaps", many, *(_gap(gap) for gap in content.worst)]


def _gap(gap: GapTold) -> str:
    number = f"{gap.rank}. "
    head = f"{number}**{escape(f'{gap.line} {gap.title}')}**, {gap.when}: {escape(gap.facts)}"
    items = [escape(each.in_words) for each in gap.reasons]
    if gap.asks:
        asked = "; ".join(escape(each.in_words) for each in gap.asks)
        items.append(f"Whom to ask: {asked}")
    return "\n".join([head, *(f"{' ' * len(number)}- {each}" for each in items)])


def _lines(content: Content) -> list[str]:
    rows = [
        [
            escape(row.role),
            escape(row.line),
            escape(row.title),
            str(row.priority),
            f"{words.amount(row.minimum)}/{words.amount(row.target)}",
            *("" if mark is None else mark.text for mark in row.marks),
        ]
        for row in content.lines
    ]
    heads = [
        "Role",
        "Line",
        "What",
        "Priority",
        "Min/target",
        *(each.label for each in content.periods),
    ]
    c_day = content.c_day
    begins = f" Month 1 begins on {c_day.isoformat()}, C-day." if c_day else ""
    return [
        "## Every line by " + content.span,
        words.LEGEND + begins,
        _table(heads, rows, "lllrr" + "r" * len(content.periods)),
    ]


def _nations(content: Content) -> list[str]:
    rows = [
        [
            f"{escape(row.name)} ({escape(row.code)})",
            f"{row.units:,}",
            f"{row.offered:,}",
            f"{row.people:,}",
            f"{row.people_months:,}",
            words.percentage(row.share),
        ]
        for row in content.nations
        if row.units
    ]
    heads = [
        "Nation",
        "Most units at once",
        "Units offered",
        "Most people at once",
        "Person-months",
        "Share, %",
    ]
    blocks = ["## What each nation gives"]
    blocks.append(_table(heads, rows, "lrrrrr") if rows else "Nothing is deployed.")
    return blocks


def _unused(content: Content) -> list[str]:
    if not content.unused:
        return []
    items = []
    for each in content.unused:
        what = f"{escape(each.nation_name)}, {escape(each.capability_title)}"
        why = " ".join(escape(ground.in_words) for ground in each.grounds)
        items.append(
            f"**{escape(each.offer)}** ({what}), {each.spare:,} of "
            f"{words.count(each.units, 'unit')}: {why}"
        )
    return ["## Unused offers", words.UNUSED, _bullets(items)]


def _headquarters(content: Content) -> list[str]:
    blocks = []
    if content.stays:
        stays = [f"{each.when}: {escape(each.title)}" for each in content.stays]
        blocks += ["## Seat of the headquarters", _bullets(stays)]
    if content.leads:
        leads = [
            f"{escape(each.role)}, {each.when}: {escape(each.name) or 'nobody'}"
            for each in content.leads
        ]
        blocks += ["## Lead nations", _bullets(leads)]
    return blocks


def _assumed(content: Content) -> list[str]:
    if content.swing is None:
        return ["## If assumed figures are off", words.NO_SWING]
    names = list(content.swing.rows[0].tiers)
    rows = [
        [
            each.what,
            *(words.tier_value(each.tiers[name]) for name in names),
            words.percentage(each.index),
            each.proof,
        ]
        for each in content.swing.rows
    ]
    heads = ["What is off", *names, "Coverage index, %", "Proof"]
    return [
        "## If assumed figures are off",
        words.SWING.format(words.percent(content.swing.share)),
        _table(heads, rows, "l" + "r" * len(names) + "rl"),
    ]


def _caveats(content: Content) -> list[str]:
    blocks = ["## Caveats that cost coverage or choice"]
    costly = [each for each in content.cards if each.costs]
    if not costly:
        return [*blocks, "No caveat forbids a possible assignment or holds a gap open."]
    items = []
    for each in costly:
        costs = []
        if each.gaps:
            costs.append(f"A reason of {words.count(each.gaps, 'gap')}.")
        if each.lines:
            costs.append(f"Keeps offers from {_few(each.lines)}.")
        items.append(f"**{escape(each.caveat)}** {escape(each.sentence)} {' '.join(costs)}")
    return [*blocks, _bullets(items)]


def _warnings(content: Content) -> list[str]:
    notes = [f"The solver: {escape(event)}" for event in content.events]
    notes += [escape(warning) for warning in content.warnings]
    return ["## Warnings", _bullets(notes) if notes else "None."]


def _sources(content: Content) -> list[str]:
    lines: dict[tuple[str, str], list[str]] = {}
    for line in content.lines:
        lines.setdefault((line.source, line.basis), []).append(escape(line.line))
    items = [
        f"{', '.join(named)} ({basis}): {escape(source) or 'no source given'}"
        for (source, basis), named in lines.items()
    ]
    return ["## Where the requirement lines come from", _bullets(items)] if items else []


def _appendix(content: Content) -> list[str]:
    details = [escape(f"{name}: {value}") for name, value in content.origin.details()]
    return [
        "## Run details",
        _bullets(details),
        "To repeat it, and to check a run without the solver:",
        f"    {words.plain(content.origin.command)}\n    python solve.py verify RUN",
        "Several plans may be equally good: the values of the tiers are the same in every one of "
        "them, who stands where need not be.",
    ]


# Shapes


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], sides: str) -> str:
    """Return a table, padded so that it aligns as plain text; ``sides`` holds l or r per column."""
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    columns = list(zip(widths, sides, strict=True))

    def written(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if side == "l" else cell.rjust(width)
            for cell, (width, side) in zip(row, columns, strict=True)
        ]
        return f"| {' | '.join(cells)} |"

    ruler = ["-" * (width + 1) + ("-" if side == "l" else ":") for width, side in columns]
    return "\n".join([written(heads), f"|{'|'.join(ruler)}|", *(written(row) for row in rows)])


def _few(lines: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(escape(line) for line in lines[:most])
    more = len(lines) - most
    return f"{shown} and {words.count(more, 'more line')}" if more > 0 else shown
