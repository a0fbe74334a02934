"""The plan to keep: read back from the run that ``--keep`` names, for tier ``change``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from model.case import Case
from model.domain import Stay
from model.faults import Fault, InputError
from model.moves import keeping
from reports import run_folder, shape
from reports.shape import PlanFile

PLAN = "plan.json"
FILE = f"kept {PLAN}"
"""How the plan to keep is named among the files that a run was made from."""


@dataclass(frozen=True)
class Kept:
    """A plan to keep.

    Attributes:
        label: the run as it was named.
        path: where it lies.
        stays: what it has in place.
        sha256: of its ``plan.json``.
    """

    label: str
    path: Path
    stays: tuple[Stay, ...]
    sha256: str

    def on(self, case: Case) -> Case:
        """Return the case with tier ``change``, and with this plan among its files."""
        return replace(keeping(case), files={**case.files, FILE: self.sha256})


def read(folder: Path, label: str | None = None) -> Kept:
    """Read the plan of a run; whether it holds for any case does not matter.

    Raises:
        InputError: the folder has no plan that can be read.
    """
    texts, faults = run_folder.read(folder)
    if PLAN not in texts:
        told = [each for each in faults if each.file == PLAN] or faults
        raise InputError([replace(each, file=_named(folder, each.file)) for each in told])
    plan, wrong = shape.parse(PlanFile, _named(folder, PLAN), texts[PLAN])
    if plan is None:
        raise InputError(wrong)
    back = [i for i, row in enumerate(plan.assignments) if row.until < row.from_]
    if back:
        place = f"assignments[{back[0]}].until"
        raise InputError([Fault(_named(folder, PLAN), 0, place, "", "is before from")])
    stays = tuple(
        Stay(row.offer, row.line, row.from_, row.until, row.units) for row in plan.assignments
    )
    name = str(folder) if label is None else label
    return Kept(name, folder.resolve(), stays, shape.sha256(texts[PLAN]))


def _named(folder: Path, file: str) -> str:
    return file if file == str(folder) else str(folder / file)
