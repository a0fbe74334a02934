"""``report.md``: the gap report, good to read rendered and as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from model.explain import Gap
from reports import words
from reports.gap_report import GapReport

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


def render(report: GapReport) -> str:
    """Return the whole report."""
    banner = [f"**{escape(report.classification)}**"] if report.classification else []
    parts = [
        banner,
        _headline(report),
        _roles(report),
        _worst(report),
        _lines(report),
        _nations(report),
        _headquarters(report),
        _caveats(report),
        _warnings(report),
        _sources(report),
        _appendix(report),
        banner,
    ]
    return "\n\n".join(block for part in parts for block in part) + "\n"


def _headline(report: GapReport) -> list[str]:
    facts = [
        f"**Coverage index {words.percent(report.plan.coverage_index)}** of the weighted demand "
        f"over {words.count(report.case.calendar.months, 'month')}",
        f"**{report.gap_count}**",
        f"**Proof:** {report.status}",
    ]
    proof = [
        [
            tier.name,
            words.TIERS[tier.name],
            words.tier_value(tier.value),
            words.tier_value(tier.bound),
            words.proof(tier.value, tier.bound, tier.proven),
        ]
        for tier in report.outcome.tiers
    ]
    blocks = [
        f"# {escape(report.title)}: gap report",
        *([f"**{escape(report.scenario)}**"] if report.scenario else []),
        f"Run {report.origin.run}, inputs {report.origin.input_hash}",
        _bullets(facts),
        _table(["Tier", "Counts", "Value", "No plan below", "Proof"], proof, "llrrl"),
        "On what the coverage rests:",
        _bullets(report.rests_on()),
    ]
    rests = report.shares.by_rest
    if rests:
        rows = [
            [escape(name), escape(report.rest_words(name)), words.percent(share)]
            for name, share in rests.items()
        ]
        heads = ["Vote or condition", "What it is", "Coverage on it"]
        blocks.append(_table(heads, rows, "llr"))
    return blocks


def _roles(report: GapReport) -> list[str]:
    rows = [
        [
            escape(row.role),
            str(row.lines),
            str(row.gaps),
            words.percentage(row.index),
            *("" if each is None else words.percentage(each) for each in row.by_period),
        ]
        for row in report.role_rows
    ]
    heads = [
        "Role",
        "Lines",
        "With a gap",
        "All months",
        *(period.label for period in report.periods),
    ]
    return [
        "## Coverage by role",
        "Coverage index in percent, over all months and by " + report.span + ".",
        _table(heads, rows, "l" + "r" * (len(heads) - 1)),
    ]


def _worst(report: GapReport) -> list[str]:
    if not report.worst:
        return ["## Worst gaps", "None: every line reaches its target in every month."]
    many = (
        f"The {len(report.worst)} worst of {len(report.gaps)}, by priority and by what is missing."
    )
    items = [_gap(report, f"{n}. ", gap) for n, gap in enumerate(report.worst, start=1)]
    return ["## Worst gaps", many, *items]


def _gap(report: GapReport, number: str, gap: Gap) -> str:
    title = escape(f"{gap.line.line} {report.case.line_title(gap.line)}")
    when = words.dated(report.case, gap.first, gap.last)
    head = f"{number}**{title}**, {when}: {escape(report.gap_facts(gap))}"
    reasons = [f"{' ' * len(number)}- {escape(report.reason(each))}" for each in gap.reasons]
    return "\n".join([head, *reasons])


def _lines(report: GapReport) -> list[str]:
    rows = [
        [
            escape(row.line.role),
            escape(row.line.line),
            escape(row.title),
            str(row.line.priority),
            f"{words.amount(row.line.minimum)}/{words.amount(row.line.target)}",
            *("" if mark is None else mark.text for mark in row.marks),
        ]
        for row in report.line_rows
    ]
    heads = [
        "Role",
        "Line",
        "What",
        "Priority",
        "Min/target",
        *(each.label for each in report.periods),
    ]
    c_day = report.case.calendar.c_day
    begins = f" Month 1 begins on {c_day.isoformat()}, C-day." if c_day else ""
    return [
        "## Every line by " + report.span,
        words.LEGEND + begins,
        _table(heads, rows, "lllrr" + "r" * len(report.periods)),
    ]


def _nations(report: GapReport) -> list[str]:
    rows = [
        [
            f"{escape(row.name)} ({escape(row.code)})",
            f"{row.units:,}",
            f"{row.offered:,}",
            f"{row.people:,}",
            f"{row.people_months:,}",
            words.percentage(row.share),
        ]
        for row in report.nations
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
    if report.unused_nations:
        names = ", ".join(escape(name) for name in report.unused_nations)
        blocks.append(f"Offers of these nations are not used: {names}.")
    return blocks


def _headquarters(report: GapReport) -> list[str]:
    if not report.seats:
        return []
    stays = [f"{words.dated(report.case, a, b)}: {escape(place)}" for a, b, place in report.seats]
    return ["## Seat of the headquarters", _bullets(stays)]


def _caveats(report: GapReport) -> list[str]:
    blocks = ["## Caveats that cost coverage or choice"]
    if not report.blocking:
        return [*blocks, "No caveat forbids a possible assignment or holds a gap open."]
    items = []
    for each in report.blocking:
        costs = []
        if each.gaps:
            costs.append(f"A reason of {words.count(each.gaps, 'gap')}.")
        if each.lines:
            costs.append(f"Keeps offers from {_few(each.lines)}.")
        items.append(f"**{escape(each.caveat.id)}** {escape(each.sentence)} {' '.join(costs)}")
    return [*blocks, _bullets(items)]


def _warnings(report: GapReport) -> list[str]:
    notes = [f"The solver: {escape(event)}" for event in report.outcome.events]
    notes += [escape(str(warning)) for warning in report.warnings]
    return ["## Warnings", _bullets(notes) if notes else "None."]


def _sources(report: GapReport) -> list[str]:
    lines: dict[tuple[str, str], list[str]] = {}
    for line in report.case.lines:
        lines.setdefault((line.source, line.basis), []).append(escape(line.line))
    items = [
        f"{', '.join(named)} ({basis}): {escape(source) or 'no source given'}"
        for (source, basis), named in lines.items()
    ]
    return ["## Where the requirement lines come from", _bullets(items)] if items else []


def _appendix(report: GapReport) -> list[str]:
    origin, o = report.origin, report.origin.options
    details = [
        f"Run: {origin.run}",
        f"Input hash: {origin.input_hash}",
        f"Options: pending votes {o.pending}, gap {o.gap:g}, time limit {o.time_limit:g} s, "
        f"seed {o.seed}",
        *(f"{name} {version}" for name, version in origin.versions.items()),
        *(f"{escape(name)}: SHA-256 {digest}" for name, digest in origin.files.items()),
    ]
    return [
        "## Run details",
        _bullets(details),
        "To repeat it, and to check a run without the solver:",
        f"    {words.plain(origin.command)}\n    python solve.py verify RUN",
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
