"""What the benchmarks stand on: generated cases that are valid and the same for the same seed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generate import SIZES, generate, write
from model import caveats
from model.case import Case
from model.read import read_case

ROOT = Path(__file__).resolve().parents[1]


def made(folder: Path, size: str, seed: int, *, hard: bool = False, rare: bool = True) -> Case:
    return read_case(write(generate(size, seed, hard=hard, rare=rare), folder)).case


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hard", [False, True], ids=["plain", "hard"])
def test_a_generated_case_has_its_size_every_kind_of_caveat_and_no_fault(
    tmp_path: Path, size: str, hard: bool
) -> None:
    case, shape = made(tmp_path, size, 3, hard=hard), SIZES[size]
    assert len(case.offers) == shape.offers
    assert len({offer.nation for offer in case.offers}) == shape.nations
    assert len(case.lines) == shape.lines
    assert case.calendar.months == shape.months
    assert len(case.caveats) == shape.caveats
    assert {caveat.kind for caveat in case.caveats} == set(caveats.KINDS)


def test_equal_seeds_give_equal_bytes_in_any_process_and_others_do_not(tmp_path: Path) -> None:
    digests = []
    for hashing, seed in (("1", 3), ("2", 3), ("2", 4)):
        folder = tmp_path / f"{hashing}-{seed}"
        command = [sys.executable, "-m", "benchmarks.generate", "conference", "--hard"]
        subprocess.run(
            [*command, "--seed", str(seed), "--out", str(folder)],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hashing},
        )
        files = sorted(folder.iterdir())
        digests.append(hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest())
    assert digests[0] == digests[1] != digests[2]


def test_a_hard_case_differs_only_in_its_limits(tmp_path: Path) -> None:
    plain, hard = (made(tmp_path / str(each), "conference", 3, hard=each) for each in (False, True))
    assert hard.offers == plain.offers
    limited = [line for line in hard.lines if line.max_nations is not None]
    assert 0.4 < len(limited) / len(hard.lines) < 0.6
    assert [line.model_copy(update={"max_nations": None}) for line in hard.lines] == [
        line.model_copy(update={"max_nations": None}) for line in plain.lines
    ]
    over_all_roles = [
        caveat
        for caveat in hard.caveats
        if caveat.kind == "ceiling" and not caveat.applies_to.model_fields_set
    ]
    assert len(over_all_roles) >= 5
