"""How the answer moves where assumed figures are off."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from pptx import Presentation

from model.domain import Settings
from model.read import read_case
from model.solver import Options
from model.swing import swings, with_demand, with_units
from reports import run_folder
from tests.conftest import Mini
from tests.test_content import report
from tests.test_reports import run_of, write_case

FIFTH = Fraction(1, 5)


def test_units_stay_whole_and_their_sum_by_capability_moves_by_the_share(
    mini: Callable[..., Mini],
) -> None:
    offers = ["A1,ALB,2,100", "B1,BEL,1,100", "C1,CZE,2,100", "D1,DNK,5,100,basis=reported"]
    case = mini(offers=offers).case
    for change, units in (
        (-FIFTH, {"A1": 2, "C1": 2, "D1": 5}),
        (FIFTH, {"A1": 2, "B1": 2, "C1": 2, "D1": 5}),
        (Fraction(-9, 10), {"C1": 1, "D1": 5}),
    ):
        assert {each.offer: each.units for each in with_units(case, change).offers} == units


def test_demand_moves_exactly_and_only_where_it_is_assumed(mini: Callable[..., Mini]) -> None:
    case = mini(lines=["L,kyiv,1,2", "M,kyiv,1,2,basis=reported"]).case
    assert [(e.minimum, e.target) for e in with_demand(case, FIFTH).lines] == [
        (Fraction(6, 5), Fraction(12, 5)), (1, 2)
    ]  # fmt: skip


def test_fewer_units_and_more_demand_never_make_it_better(mini: Callable[..., Mini]) -> None:
    case = mini(offers=["A1,ALB,3,100", "B1,BEL,2,100"], lines=["L,kyiv,1,3"]).case
    found = list(swings(case, Settings(), FIFTH, Options(gap=0)))
    assert [(each.what, each.change) for each in found] == [
        ("units", -FIFTH), ("units", FIFTH), ("demand", -FIFTH), ("demand", FIFTH)
    ]  # fmt: skip
    short = [float(each.outcome.plan.tier_values["shortfall"]) for each in found]
    assert short[0] > short[1]
    assert short[2] < short[3]


@pytest.mark.parametrize("percent", ["0", "100", "nan", "-5"])
def test_a_share_that_is_none_is_refused(tmp_path: Path, percent: str) -> None:
    assert report(tmp_path, "--swing", percent)[0] == 2


def test_a_report_tells_the_plan_as_it_is_and_four_others(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    run_folder.write(tmp_path / "run", run_of(case, tmp_path / "case").files)
    assert report(tmp_path / "run", "--swing", "20", "--format", "html,md,pptx")[0] == 0
    told = (tmp_path / "run" / "report.md").read_text("utf-8")
    table = told.split("## If assumed figures are off")[1].split("##")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    assert rows[1] == "As planned"
    assert rows[2:] == [
        f"{what} 20.0% {way}"
        for what in ("Units of assumed offers", "Demand of assumed lines")
        for way in ("lower", "higher")
    ]
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "Demand of assumed lines 20.0% higher" in page
    slides = Presentation(str(tmp_path / "run" / "report.pptx")).slides
    (slide,) = [s for s in slides if s.shapes.title.text == "If assumed figures are off"]
    (told_there,) = [shape.table for shape in slide.shapes if shape.has_table]
    assert [row.cells[0].text for row in told_there.rows][1:] == rows[1:]
    assert read_case(tmp_path / "case").case.files == case.files
