"""Two runs side by side: what differs in what they were made from, and in what came of it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports import console, tables, words
from reports.compared import Changed
from reports.inputs import Difference, differences
from reports.past import Told
from reports.stored import Answer

_DIGITS = 12  # of a hash, as in the id of a run
_COLUMNS = {
    "inputs": ("part", "id", "field", "before", "after"),
    "tiers": ("tier", "before", "before_bound", "after", "after_bound"),
    "coverage": ("role", "from", "until", "before", "after"),
    "gaps": ("line", "from", "until", "before", "after", "what"),
    "assignments": ("offer", "line", "area", "from", "units"),
    "caveats": ("caveat", "what"),
}


class RunsCompared:
    """Two runs and what they found, told as differences only."""

    def __init__(self, runs: tuple[Told, Told], answers: tuple[Answer, Answer]) -> None:
        self.runs = runs
        one, two = runs
        self.changed = Changed(*answers, (one.plan.gaps, two.plan.gaps))
        self.inputs = differences(one.run, two.run, (answers[0].plan.case, answers[1].plan.case))

    # Values

    def values(self) -> dict[str, Any]:
        """Return the differences as plain values; ``base`` is the first run."""
        return {
            "runs": [
                {
                    "run": each.run.run,
                    "given": each.name,
                    "case": each.run.case.path,
                    "scenarios": each.run.options.scenarios,
                    "started": each.run.started,
                }
                for each in self.runs
            ],
            "inputs": [dataclasses.asdict(each) for each in self.inputs],
            **self.changed.values(),
        }

    def tables(self) -> list[tables.Table]:
        """Return the same as tables, one for each file of CSV."""
        values = self.changed.values()
        before, after = ({t["name"]: t for t in values[side]["tiers"]}
                         for side in ("base", "changed"))  # fmt: skip
        rows: dict[str, list[tuple[Any, ...]]] = {
            "inputs": [
                (each.part, each.id, each.field, _text(each.before), _text(each.after))
                for each in self.inputs
            ],
            "tiers": [
                (name, *(t.get(key) for t in (before.get(name, {}), after.get(name, {}))
                         for key in ("value", "bound")))
                for name in dict.fromkeys((*before, *after))
            ],
            "coverage": [
                (role["role"], *(each.get(key) for key in _COLUMNS["coverage"][1:]))
                for role in values["coverage"]
                for each in (role, *role["by_period"])
            ],
            "gaps": [tuple(each.values()) for each in values["gaps"]],
            "assignments": [tuple(each.values()) for each in values["assignments"]],
            "caveats": [(name, what) for what, names in values["caveats"].items()
                        for name in names],
        }  # fmt: skip
        return [
            tables.Table(
                f"{name}.csv",
                _COLUMNS[name],
                tuple(
                    tuple("" if each is None else tables.cell(each) for each in row) for row in some
                ),
            )
            for name, some in rows.items()
        ]

    # Text

    def show(self, to: Console) -> None:
        """Print what differs: inputs first, then what came of them."""
        titles = (_title(each) for each in self.runs)
        said = "\n".join(map(": ".join, zip(("Before", "After"), titles, strict=True)))
        first = self._inputs() if self.inputs else Text("Both were made from the same inputs.")
        self.changed.show(to, said, first)

    def _inputs(self) -> Table:
        table = console.ruled("Inputs")
        table.add_column("Part", no_wrap=True)
        table.add_column("What", ratio=3, overflow="fold")
        table.add_column("Before", ratio=3, overflow="fold")
        table.add_column("After", ratio=3, overflow="fold")
        table.padding = (0, 1, 0, 0)
        for each in self.inputs:
            what = f"{each.id} {each.field}"
            cells = (each.part, what, _shown(each, each.before), _shown(each, each.after))
            table.add_row(*(Text(words.plain(cell)) for cell in cells))
        return table


def _title(each: Told) -> str:
    what = " + ".join((Path(each.run.case.path).name, *each.run.options.scenarios))
    given = "" if each.name == each.run.run else f" ({each.name})"
    return f"run {each.run.run}{given} of {what}, {words.moment(each.run.started)}"


def _shown(difference: Difference, value: Any) -> str:
    if value is None:
        return "" if difference.field else "-"
    if difference.part == "file":
        return str(value)[:_DIGITS]
    if isinstance(value, dict):
        given = {name: each for name, each in value.items() if each != difference.id}
        return "; ".join(f"{name}: {words.value(each)}" for name, each in given.items())
    return words.value(value)


def _text(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
