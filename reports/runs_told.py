"""The history of runs as text and as values."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from model.faults import Fault, InputError
from reports import console, words
from reports.history_db import Entry
from reports.shape import RunFile, Status

_TAG = re.compile(r"\w[\w.-]{0,63}")
_ID = re.compile(r"[0-9a-f]{4,12}")
_SHORT: dict[Status, str] = {
    "optimal": "proven",
    "within_gap": "not proven",
    "time_limit": "time limit",
    "interrupted": "stopped",
}


def fit_tag(tag: str) -> None:
    """Make sure that a tag is one word that cannot be taken for the id of a run.

    Raises:
        InputError: it is not.
    """
    if not _TAG.fullmatch(tag):
        allowed = "allowed: 1 to 64 letters, digits, . _ -"
        raise InputError([Fault("runs", 0, "", tag, "is no tag", allowed)])
    if _ID.fullmatch(tag):
        message = "could be the beginning of an id"
        raise InputError([Fault("runs", 0, "", tag, message, "name it otherwise")])


def values(entry: Entry) -> dict[str, Any]:
    """Return a run of the list as plain values."""
    return dataclasses.asdict(entry)


def show_list(entries: Sequence[Entry], found: int, to: Console) -> None:
    """Print the list.

    Args:
        entries: what is to be shown.
        found: how many there are.
        to: where to.
    """
    if not found:
        to.print(Text("No run is like that."))
        return
    table = console.ruled("Runs, newest first")
    table.add_column("Run", no_wrap=True)
    table.add_column("Made (UTC)", no_wrap=True)
    table.add_column("Case and [tags]", ratio=1, overflow="fold")
    table.add_column("Critical", justify="right", no_wrap=True)
    table.add_column("Cover", justify="right", no_wrap=True)
    table.add_column("Proof", no_wrap=True)
    table.padding = (0, 1, 0, 0)
    for each in entries:
        critical = each.tiers.get("critical")
        table.add_row(
            each.run,
            each.made[:16].replace("T", " "),
            Text(_what(each)),
            "" if critical is None else words.tier_value(critical),
            words.percent(each.coverage),
            _SHORT.get(each.status, each.status),  # type: ignore[call-overload]
        )
    to.print(table)
    more = found - len(entries)
    rest = f"; {more:,} more: --most 0 shows all" if more else ""
    to.print(Text(f"{words.count(found, 'run')}{rest}."))


def _what(entry: Entry) -> str:
    pending = ("pending refused",) if entry.pending == "refused" else ()
    parts = (Path(entry.case_path).name, *entry.scenarios, *pending)
    return words.plain(" + ".join(parts) + "".join(f" [{tag}]" for tag in entry.tags))


def show(entry: Entry, run: RunFile, to: Console) -> None:
    """Print one run: where it comes from, what was asked, what came of it."""
    source = run.taken_from
    o = run.options
    facts = {
        "Tags": " ".join(entry.tags),
        "Made": words.moment(entry.made)
        + (f", answer of run {source.run} of {words.moment(source.made)}" if source else ""),
        "Asked": words.moment(entry.asked),
        "Folder": entry.folder,
        "Case": entry.case_path,
        "Scenarios": " ".join(entry.scenarios),
        "Options": f"pending {o.pending}, gap {o.gap:g}, time limit {o.time_limit:g} s, "
        f"seed {o.seed}, solver {o.solver}",
        "Versions": ", ".join(f"{name} {version}" for name, version in run.versions.items()),
        "Proof": f"{words.STATUS[run.status]}; {run.seconds:.1f} s",
        "Coverage": words.percent(entry.coverage),
    }
    facts |= {f"  {t.name}": f"{words.tier_value(t.value)}, bound {words.tier_value(t.bound)}"
              for t in run.tiers}  # fmt: skip
    to.print(Text(f"Run {entry.run}", style="bold"))
    grid = console.labelled(13)
    for name, fact in facts.items():
        if fact:
            grid.add_row(Text(name, style="dim"), Text(words.plain(fact)))
    grid.add_row(Text("Made from", style="dim"), Text("SHA-256"))
    for name, digest in run.case.files.items():
        grid.add_row("", Text(words.plain(f"{digest[:12]} {name}")))
    to.print(grid)
