"""Units that are never used: which they are, and what keeps them away, truthfully."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from model.domain import Settings
from model.eligibility import candidates
from model.formulation import Formulation
from model.obstacles import ORDER
from model.outcome import Options
from model.plan import Plan
from model.read import read_case
from model.solver import solve
from model.unused import Unused, unused
from reports import gathered, html, markdown, sheets
from tests.conftest import Mini
from tests.reference.random_cases import seeded_case, write
from tests.test_reports import STARTS, YAML, run_of, write_case
from tests.test_web import opened
from web.answers import Served
from web.app import application

Making = Callable[..., Mini]


def found(mini: Mini, *starts: tuple[str, str, str, int, int]) -> dict[str, Unused]:
    """Return what is never used in a plan, by offer."""
    plan = mini.plan(*starts)
    return {each.offer.offer: each for each in unused(plan, candidates(mini.case, plan.settings))}


def grounds(each: Unused) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(g.kind, tuple(line.line for line in g.lines), g.caveats) for g in each.grounds]


def test_what_bars_an_offer_is_told_by_line_and_a_filled_line_asks_for_nobody(
    mini: Making,
) -> None:
    made = mini(
        "id: BEL-OUT, kind: basing, nation: BEL, barred: [kyiv]",
        offers=("A1,ALB,2,100", "B1,BEL,1,100"),
        lines=("L,kyiv,1,2", "M,lviv,1,1", "N,kyiv,0,1"),
        months=3,
    )
    told = found(made, ("A1", "L", "kyiv", 1, 1), ("A1", "M", "lviv", 1, 1))
    assert list(told) == ["B1"]
    assert told["B1"].wholly
    assert grounds(told["B1"]) == [("caveat", ("L", "N"), ("BEL-OUT",)), ("filled", ("M",), ())]
    assert "may not be based in" in told["B1"].grounds[0].text


def test_units_at_rest_between_tours_are_used(mini: Making) -> None:
    made = mini(offers=("A1,ALB,3,100",), lines=("L,kyiv,1,1",))
    told = found(made, ("A1", "L", "kyiv", 1, 1), ("A1", "L", "kyiv", 4, 1))
    assert (told["A1"].units, told["A1"].wholly) == (1, False)
    assert grounds(told["A1"]) == [("filled", ("L",), ())]
    made = mini(offers=("A1,ALB,2,100",), lines=("L,kyiv,1,1",))
    assert not found(made, ("A1", "L", "kyiv", 1, 1), ("A1", "L", "kyiv", 4, 1))


@pytest.mark.parametrize(
    ("caveats", "offer", "line", "told"),
    [
        ((), "E1,ALB,1,100,capability=eng", "L,kyiv,1,1", ("unasked", (), ())),
        (
            ("id: C, kind: ceiling, nation: ALB, units: 0",),
            "A1,ALB,1,100",
            "L,kyiv,1,1",
            ("ceiling", ("L",), ("C",)),
        ),
        (
            (),
            "A1,ALB,1,100,available_from=5",
            "L,kyiv,1,1,until=3",
            ("not_yet_available", ("L",), ()),
        ),
    ],
)
def test_what_keeps_every_unit_away(
    mini: Making,
    caveats: tuple[str, ...],
    offer: str,
    line: str,
    told: tuple[str, tuple[str, ...], tuple[str, ...]],
) -> None:
    made = mini(*caveats, offers=(offer,), lines=(line,))
    [only] = found(made).values()
    assert grounds(only) == [told]
    assert only.grounds[0].text.endswith(".")


def spare(plan: Plan) -> Counter[str]:
    """Return the units that are never used, counted anew."""
    case = plan.case
    busy: dict[str, Counter[int]] = {offer.offer: Counter() for offer in case.offers}
    for tour in plan.tours:
        a = tour.assignment
        for month in range(a.start, a.busy_until + 1):
            if month in case.months:
                busy[a.offer.offer][month] += tour.units
    most = {name: max(each.values(), default=0) for name, each in busy.items()}
    return +Counter({each.offer: each.units - most[each.offer] for each in case.offers})


@pytest.mark.parametrize("seed", range(40))
def test_every_unit_that_is_never_used_has_its_grounds_on_every_line_that_it_fits(
    seed: int,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        case = read_case(write(seeded_case(seed), Path(folder))).case
    formulation = Formulation(case, Settings())
    plan, ways = solve(formulation, Options(gap=0)).plan, formulation.all_candidates
    told = unused(plan, ways)
    assert {each.offer.offer: each.units for each in told} == spare(plan)
    assert [each.wholly for each in told] == sorted((each.wholly for each in told), reverse=True)
    for each in told:
        kinds = [g.kind for g in each.grounds if g.kind not in ("filled", "unasked")]
        assert kinds == sorted(kinds, key=ORDER.index)
        named = {line.line for ground in each.grounds for line in ground.lines}
        fits = {
            line.line
            for line in case.lines
            if case.demanded(line) and case.rate(each.offer, line) is not None
        }
        assert named == fits
        assert fits or [g.kind for g in each.grounds] == ["unasked"]
        for ground in each.grounds:
            for line in ground.lines:
                mine = [
                    w
                    for w in ways
                    if w.assignment.offer is each.offer and w.assignment.line is line
                ]
                if ground.kind == "filled":
                    could = {m for w in mine if not w.gates for m in w.assignment.months}
                    assert could
                    assert all(plan.coverage(line, m) >= line.target for m in could)
                if ground.kind == "caveat" and mine and all(w.gates for w in mine):
                    assert set(ground.caveats) == {
                        gate for w in mine for gate in w.gates if gate in case.caveat_by_id
                    }


IDLE = "  - {id: CZE-OUT, kind: exclusion, nation: CZE}\n"
"""Keeps the Czech unit at home, whatever else is lifted."""


def test_a_report_names_them_with_their_lines_and_caveats(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", yaml=YAML + IDLE)
    starts = [each for each in STARTS if each[0] != "CZE-LAND-1"]
    told = gathered.content(run_of(case, tmp_path / "case", starts=tuple(starts)).report)
    [each] = told.unused
    assert (each.offer, each.units, each.spare) == ("CZE-LAND-1", 1, 1)
    assert each.grounds[0].in_words.startswith("L01: ")
    assert each.grounds[0].in_words.endswith("(CZE-BASING, CZE-OUT)")
    text = markdown.render(told)
    assert f"**CZE-LAND-1** ({each.nation_name}" in text.partition("## Unused offers")[2]
    assert "CZE-LAND-1" in str(html.write(told)["report.html"]).partition("Unused offers")[2]
    [sheet] = [each for each in sheets.sheets(told) if each.name == "Unused"]
    assert len(sheet.rows) == 1


def test_a_report_of_a_plan_that_uses_all_has_no_such_part(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    told = gathered.content(run_of(case, tmp_path / "case").report)
    assert not told.unused
    assert "Unused" not in markdown.render(told) + str(html.write(told)["report.html"])


def test_on_the_page_what_is_in_the_way_can_be_lifted_beside_it(tmp_path: Path) -> None:
    write_case(tmp_path / "case", yaml=YAML + IDLE)
    app = application(Served(tmp_path / "case"), workers=1)
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        page = opened(client, "/?tab=unused")
        assert "none of 1 unit used" in page
        for name in ("CZE-BASING", "CZE-OUT"):
            assert f"Lift {name} and see" in page
        # What is lifted already is not offered again.
        after = opened(client, "/?tab=unused&lift=CZE-BASING")
        assert "Lift CZE-OUT and see" in after
        assert "Lift CZE-BASING and see" not in after
        assert "Every unit that is offered is used" in opened(
            client, "/?tab=unused&lift=CZE-BASING&lift=CZE-OUT"
        )
