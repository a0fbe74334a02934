"""Which assignments there can be, when their tours begin and end, and what closes them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from model.domain import Pending, Settings
from model.eligibility import candidates, start_months
from tests.conftest import Mini, chunks, roomy
from tests.reference import contract

Build = Callable[..., Mini]


@pytest.mark.parametrize("seeds", chunks(1600, 200), ids=lambda seeds: f"{seeds[0]}+")
def test_what_is_possible_or_closed_is_so_for_the_reference(tmp_path: Path, seeds: range) -> None:
    pendings: tuple[Pending, ...] = ("granted", "refused")
    for seed in seeds:
        twice = roomy(seed, tmp_path)
        for pending in pendings:
            found = candidates(twice.case, Settings(pending=pending))
            what = f"pending {pending}\n{twice}"
            open_ones = sorted(
                (
                    *c.assignment.key,
                    c.assignment.end,
                    c.assignment.busy_until,
                    c.assignment.rate,
                    c.assignment.places,
                    sorted((rest.name, rest.probability) for rest in c.rests),
                )
                for c in found
                if not c.gates
            )
            assert open_ones == sorted(
                (*a.key, a.end, a.busy_until, a.rate, tuple(a.places.values()), sorted(a.rests_on.items()))
                for a in contract.possible(twice.reference, pending)
            ), what  # fmt: skip
            for candidate in found:
                if candidate.gates:
                    a = contract.assignment(twice.reference, *candidate.assignment.key, pending)
                    assert a is not None, f"{candidate.assignment.key} {what}"
                    closing = {each.id for each in contract.closed_by(twice.reference, a, pending)}
                    assert candidate.gates == closing, f"{a.key} {what}"


# By hand


def starts(mini: Mini) -> list[int]:
    return list(start_months(mini.case, mini.case.offers[0], mini.case.lines[0]))


def tours(mini: Mini, pending: Pending = "granted") -> list[tuple[int, int, int]]:
    """Return start, end and last busy month of every candidate."""
    found = candidates(mini.case, Settings(pending=pending))
    return [(c.assignment.start, c.assignment.end, c.assignment.busy_until) for c in found]


def test_tours_start_on_the_grid(mini: Build) -> None:
    assert starts(mini(months=9, step=3)) == [1, 4, 7]
    assert starts(mini(months=9, step=4)) == [1, 5, 9]
    assert starts(mini(months=3, step=1)) == [1, 2, 3]
    assert starts(mini(months=3, step=12)) == [1]


def test_tours_start_on_the_first_month_in_which_both_are_open(mini: Build) -> None:
    assert starts(mini(offers=["A,ALB,1,1,notice_days=60"], months=9)) == [3, 4, 7]
    assert starts(mini(lines=["L,kyiv,0,1,from=6,until=8"], months=9)) == [6, 7]
    both = mini(
        offers=["A,ALB,1,1,available_from=5"], lines=["L,kyiv,0,1,from=2,until=6"], months=9
    )
    assert starts(both) == [5]


def test_offer_and_line_that_are_never_open_together_have_no_start(mini: Build) -> None:
    apart = mini(offers=["A,ALB,1,1,available_until=2"], lines=["L,kyiv,0,1,from=3"])
    assert starts(apart) == tours(apart) == []


def test_each_stretch_of_an_advance_party_starts_anew(mini: Build) -> None:
    # Moves in months 7 and 13: two months before each.
    seats = "seats: [{area: paris, months: 6}, {area: london, months: 6}], advance_months: 2"
    party = mini(lines=["L,hq_next,0,1"], months=14, seats=seats, tour=6, dwell=1)
    assert starts(party) == [5, 11]
    assert tours(party) == [(5, 6, 7), (11, 12, 13)]


def test_windows_that_touch_are_one_stretch(mini: Build) -> None:
    seats = "seats: [{area: paris, months: 2}, {area: london, months: 2}], advance_months: 2"
    party = mini(lines=["L,hq_next,0,1"], months=7, seats=seats, tour=4, dwell=0)
    (first, *_) = candidates(party.case, Settings())
    assert (first.assignment.start, first.assignment.end) == (1, 4)
    assert first.assignment.places == ("london", "london", "paris", "paris")


@pytest.mark.parametrize(
    ("offer", "line", "end"),
    [
        ("A,ALB,1,1", "L,kyiv,0,1", 4),
        ("A,ALB,1,1,available_until=3", "L,kyiv,0,1", 3),
        ("A,ALB,1,1", "L,kyiv,0,1,until=2", 2),
        ("A,ALB,1,1,tour=9", "L,kyiv,0,1", 5),
        ("A,ALB,1,1,tour=1", "L,kyiv,0,1", 1),
    ],
)
def test_a_tour_ends_with_what_ends_first_and_the_whole_rest_follows(
    mini: Build, offer: str, line: str, end: int
) -> None:
    case = mini(offers=[offer], lines=[line], months=5, step=9, tour=4, dwell=7)
    assert tours(case) == [(1, end, end + 7)]


def test_from_elsewhere_the_rates_multiply(mini: Build) -> None:
    case = mini(
        offers=["A,ALB,1,1,capability=eng", "B,ALB,1,1"],
        lines=["L,kyiv,0,1,elsewhere=poland:0.5 lviv:0.1"],
        extra="substitutions: [{offered: eng, serves: inf, rate: 0.3}]",
        months=1,
    ).case
    rates = {
        (c.assignment.offer.offer, c.assignment.area): c.assignment.rate
        for c in candidates(case, Settings())
    }
    assert rates == {
        ("A", "kyiv"): Fraction(3, 10),
        ("A", "poland"): Fraction(3, 20),
        ("A", "lviv"): Fraction(3, 100),
        ("B", "kyiv"): 1,
        ("B", "poland"): Fraction(1, 2),
        ("B", "lviv"): Fraction(1, 10),
    }


def test_a_closed_assignment_names_every_gate(mini: Build) -> None:
    case = mini(
        "id: X, kind: exclusion, nation: ALB",
        "id: B, kind: basing, nation: ALB, barred: [ukraine]",
        "id: C, kind: condition, nation: ALB, requires: [y]",
        "id: N, kind: exclusion, nation: BEL",
        "id: I, kind: exclusion, nation: ALB, active: false",
        months=1,
    )
    assert case.gates() == {("A1", "L", "kyiv", 1): {"X", "B", "C"}}


def test_two_gates_on_one_condition_are_one_doubt(mini: Build) -> None:
    case = mini(
        "id: C, kind: condition, nation: ALB, requires: [x, z]",
        "id: D, kind: condition, nation: ALB, requires: [x]",
        "id: V, kind: approval, nation: ALB, status: pending, probability: 0.25",
        months=1,
    ).case
    (only,) = candidates(case, Settings())
    assert {rest.name: rest.probability for rest in only.rests} == {
        "x": Fraction(1, 2),
        "V": Fraction(1, 4),
    }
