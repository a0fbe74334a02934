from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from model.case import Case
from model.caveats.base import Caveat
from model.domain import Settings
from model.eligibility import candidates
from model.explain import Gap, explain, worst
from model.plan import Plan, Start
from model.read import read_case

OFFERS = "offer,nation,capability,units,personnel,available_from,available_until,notice_days,basis"
LINES = (
    "line,title,role,capability,area,elsewhere,minimum,target,from,until,priority,max_nations,basis"
)
YAML = """
calendar: {months: 12, rotation_step: 3}
defaults: {tour: 3, dwell: 3}
areas: {ukraine: {title: Ukraine}, kyiv: {within: ukraine}, poland: {title: Poland}}
capabilities: {inf: {title: Infantry battalion}, tank: {title: Tank battalion}, med: {title: Hospital}}
nations: {POL: {name: Poland}, FRA: {name: France}, GBR: {name: United Kingdom}}
"""
GUARD = "G,Guards,land,inf,kyiv,,0,1,1,3,2,,assumed"
EASTER = "E,Eastern reserve,land,inf,poland,,0,1,1,3,1,,assumed"


def case_of(
    folder: Path, offers: Iterable[str], lines: Iterable[str] = (GUARD,), yaml: str = ""
) -> Case:
    rows = (f"{offer},,\n" for offer in offers)
    (folder / "capabilities.csv").write_text(f"{OFFERS},tour,dwell\n{''.join(rows)}")
    (folder / "requirements.csv").write_text("\n".join((LINES, *lines)))
    (folder / "constraints.yaml").write_text(YAML + yaml)
    return read_case(folder).case


def gaps_of(case: Case, *starts: Start, pending: str = "granted") -> list[Gap]:
    chosen = Settings(pending="refused" if pending == "refused" else "granted")
    plan = Plan(case, chosen, starts)
    assert not list(plan.violations())
    return explain(plan, candidates(case, chosen))


def told(gap: Gap) -> list[tuple[str, tuple[str, ...], tuple[str, ...], str]]:
    return [(each.kind, each.caveats, each.offers, each.text) for each in gap.reasons]


# No offer


def test_a_capability_that_nobody_offers_is_no_offer(tmp_path: Path) -> None:
    (gap,) = gaps_of(case_of(tmp_path, ["F,FRA,med,1,90,,,,assumed"]))
    assert told(gap) == [
        ("no_offer", (), (), "No nation offers this: Infantry battalion. 1 unit missing.")
    ]
    assert (gap.first, gap.last, gap.covered, gap.shortfall) == (1, 3, 0, 1)
    assert (gap.state, gap.weighted) == ("unfilled", 12)


def test_offers_that_are_all_here_and_too_few_are_no_offer(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,0,2.5,1,3,2,,assumed"
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed", "P,POL,inf,1,700,,,,assumed"], [line])
    (gap,) = gaps_of(case, Start("F", "G", "kyiv", 1, 1), Start("P", "G", "kyiv", 1, 1))
    text = "All 2 units offered are here already; 0.5 more are missing."
    assert told(gap) == [("no_offer", (), ("F", "P"), text)]


def test_enough_units_on_offer_are_not_called_no_offer(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,0,2,1,3,2,,assumed"
    few = case_of(tmp_path, ["F,FRA,inf,1,700,2,,,assumed"], [line])
    assert [each.kind for each in gaps_of(few)[0].reasons] == ["not_yet_available", "no_offer"]
    enough = case_of(tmp_path, ["F,FRA,inf,2,700,2,,,assumed"], [line])
    assert [each.kind for each in gaps_of(enough)[0].reasons] == ["not_yet_available"]


# Not yet, and no longer


def test_an_offer_that_comes_later_is_not_yet_available(tmp_path: Path) -> None:
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,60,assumed", "P,POL,inf,2,700,2,,,assumed"])
    gap = gaps_of(case)[0]
    text = (
        "Not yet available: 2 units of Poland from month 2, "
        "1 unit of France from month 3 (60 days' notice)."
    )
    assert told(gap) == [("not_yet_available", (), ("F", "P"), text)]


def test_an_offer_that_ended_is_told_with_its_last_month(tmp_path: Path) -> None:
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,1,,assumed"])
    gap = gaps_of(case, Start("F", "G", "kyiv", 1, 1))[0]
    text = "No longer available: 1 unit of France until month 1."
    assert told(gap) == [("not_yet_available", (), ("F",), text)]
    assert (gap.first, gap.last) == (2, 3)


@pytest.mark.parametrize(
    ("offer", "text"),
    [
        (
            "F,FRA,inf,1,700,,2,90,assumed",
            "1 unit of France: needs 90 days' notice, but is offered only until month 2.",
        ),
        (
            "F,FRA,inf,1,700,,,900,assumed",
            "1 unit of France: not available within the 12 months of the plan.",
        ),
    ],
)
def test_an_offer_that_never_comes_says_so(tmp_path: Path, offer: str, text: str) -> None:
    (gap,) = gaps_of(case_of(tmp_path, [offer]))
    assert told(gap) == [("not_yet_available", (), ("F",), text)]


# Caveats

BARRED = """
caveats:
- {id: POL-HOME, kind: basing, nation: POL, barred: [ukraine]}
- {id: POL-SEJM, kind: approval, nation: POL, body: Sejm, status: refused}
- {id: FRA-VOTE, kind: approval, nation: FRA, status: pending, probability: 0.5}
"""


def test_all_caveats_that_bar_an_offer_are_named_together(tmp_path: Path) -> None:
    offers = ["P,POL,inf,1,700,,,,assumed", "Q,POL,inf,2,700,,,,assumed"]
    (gap,) = gaps_of(case_of(tmp_path, offers, yaml=BARRED))
    text = (
        "Poland (3 units): may not be based in Ukraine; "
        "also may not deploy: a vote of the Sejm was refused."
    )
    assert told(gap) == [("caveat", ("POL-HOME", "POL-SEJM"), ("P", "Q"), text)]


def test_a_pending_vote_is_a_caveat_only_where_the_run_refuses_it(tmp_path: Path) -> None:
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], yaml=BARRED)
    (refused,) = gaps_of(case, pending="refused")
    assert [(each.kind, each.caveats) for each in refused.reasons] == [("caveat", ("FRA-VOTE",))]
    assert "taken as refused in this run" in refused.reasons[0].text
    (granted,) = gaps_of(case)
    assert [each.kind for each in granted.reasons] == ["rule"]


def test_a_barred_offer_is_not_told_as_used_elsewhere(tmp_path: Path) -> None:
    case = case_of(
        tmp_path, ["P,POL,inf,1,700,,,,assumed"], [GUARD, EASTER], BARRED.split("- {id: POL-S")[0]
    )
    (gap,) = gaps_of(case, Start("P", "E", "poland", 1, 1))
    assert [(each.kind, each.caveats) for each in gap.reasons] == [("caveat", ("POL-HOME",))]


def test_a_tour_that_a_caveat_cuts_short_names_the_caveat(tmp_path: Path) -> None:
    cut = "caveats: [{id: FRA-STAY, kind: endurance, nation: FRA, tour: 1, dwell: 0}]\n"
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], yaml=cut)
    (gap,) = gaps_of(case, Start("F", "G", "kyiv", 1, 1))
    assert (gap.first, gap.last) == (2, 3)
    assert [(each.kind, each.caveats) for each in gap.reasons] == [("caveat", ("FRA-STAY",))]
    own = "defaults: {tour: 1, dwell: 0}\n"
    yaml = YAML.replace("defaults: {tour: 3, dwell: 3}\n", own)
    (tmp_path / "constraints.yaml").write_text(yaml)
    (gap,) = gaps_of(read_case(tmp_path).case, Start("F", "G", "kyiv", 1, 1))
    assert [(each.kind, each.caveats) for each in gap.reasons] == [("resting", ())]


def test_a_tour_cut_short_that_is_barred_besides_names_both(tmp_path: Path) -> None:
    both = """
caveats:
- {id: FRA-STAY, kind: endurance, nation: FRA, tour: 1, dwell: 0}
- {id: FRA-VOTE, kind: approval, nation: FRA, status: refused}
"""
    gaps = gaps_of(case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], yaml=both))
    assert [(gap.first, gap.last, gap.reasons[0].caveats) for gap in gaps] == [
        (1, 1, ("FRA-VOTE",)),
        (2, 3, ("FRA-STAY", "FRA-VOTE")),
    ]


def test_units_kept_outside_count_less_because_of_a_caveat(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,poland:0.5,0,1,1,3,2,,assumed"
    offers = ["P,POL,inf,2,700,,,,assumed"]
    case = case_of(tmp_path, offers, [line], BARRED.split("- {id: POL-S")[0])
    (gap,) = gaps_of(case, Start("P", "G", "poland", 1, 1))
    text = "Poland: may not be based in Ukraine. So 1 unit in Poland counts 0.5."
    assert ("caveat", ("POL-HOME",), ("P",), text) in told(gap)


def test_units_kept_outside_for_lack_of_room_inside_name_the_ceiling(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,poland:0.5,0,1,1,3,2,,assumed"
    none = (
        "caveats: [{id: CAP, kind: ceiling, nation: FRA, units: 0, "
        "applies_to: {areas: [ukraine]}}]\n"
    )
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], [line], none)
    (gap,) = gaps_of(case, Start("F", "G", "poland", 1, 1))
    text = (
        "France: may have at most 0 units in place at once in Ukraine. "
        "Moving a unit of France to where it counts more would break that."
    )
    assert told(gap) == [("ceiling", ("CAP",), ("F",), text)]


# Ceilings and rules


@pytest.mark.parametrize(
    "bound",
    [
        "kind: ceiling, nation: FRA, personnel: 700, applies_to: {areas: [ukraine]}",
        "kind: reserve, nation: FRA, units: 1",
        "kind: endurance, nation: FRA, max_months: 2",
    ],
)
def test_a_bound_that_one_more_unit_would_break_is_a_ceiling(tmp_path: Path, bound: str) -> None:
    line = "G,Guards,land,inf,kyiv,,0,2,1,3,2,,assumed"
    offers = ["F,FRA,inf,2,700,,,,assumed"]
    case = case_of(tmp_path, offers, [line], f"caveats: [{{id: BOUND, {bound}}}]\n")
    (gap,) = gaps_of(case, Start("F", "G", "kyiv", 1, 1))
    assert [(r.kind, r.caveats, r.offers) for r in gap.reasons] == [("ceiling", ("BOUND",), ("F",))]
    assert "One more unit of France would break that." in gap.reasons[0].text


def test_a_ceiling_with_room_left_is_no_reason(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,0,2,1,3,2,,assumed"
    wide = "caveats: [{id: BOUND, kind: ceiling, nation: FRA, personnel: 1400}]\n"
    case = case_of(tmp_path, ["F,FRA,inf,2,700,,,,assumed"], [line], wide)
    (gap,) = gaps_of(case, Start("F", "G", "kyiv", 1, 1))
    text = "1 unit of France could still be sent: the plan is proven only to within its gap."
    assert told(gap) == [("rule", (), ("F",), text)]


def test_only_the_bounds_in_the_way_of_the_easiest_tour_are_named(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,poland:0.5,0,2,1,3,2,,assumed"
    two = """
caveats:
- {id: ALL, kind: ceiling, nation: FRA, units: 1}
- {id: INSIDE, kind: ceiling, nation: FRA, units: 1, applies_to: {areas: [ukraine]}}
"""
    case = case_of(tmp_path, ["F,FRA,inf,2,700,,,,assumed"], [line], two)
    (gap,) = gaps_of(case, Start("F", "G", "kyiv", 1, 1))
    assert [(each.kind, each.caveats) for each in gap.reasons] == [("ceiling", ("ALL",))]


def test_the_number_of_nations_on_a_line_is_a_rule(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,0,2,1,3,2,{most},assumed"
    offers = ["F,FRA,inf,1,700,,,,assumed", "P,POL,inf,1,700,,,,assumed"]
    start = Start("F", "G", "kyiv", 1, 1)
    (gap,) = gaps_of(case_of(tmp_path, offers, [line.format(most=1)]), start)
    text = "Only one nation at once may serve here: France, not Poland."
    assert told(gap) == [("rule", (), ("P",), text)]
    (gap,) = gaps_of(case_of(tmp_path, offers, [line.format(most=2)]), start)
    assert "nation at once" not in gap.reasons[0].text


def test_the_nations_named_are_those_of_the_month(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,0,2,1,3,2,1,assumed"
    offers = [
        "F,FRA,inf,1,700,,1,,assumed",
        "B,GBR,inf,1,700,2,,,assumed",
        "P,POL,inf,1,700,,,,assumed",
    ]
    starts = (Start("F", "G", "kyiv", 1, 1), Start("B", "G", "kyiv", 2, 1))
    gaps = gaps_of(case_of(tmp_path, offers, [line]), *starts)
    rules = [
        (gap.first, gap.last, reason.text)
        for gap in gaps
        for reason in gap.reasons
        if reason.offers == ("P",)
    ]
    assert rules == [
        (1, 1, "Only one nation at once may serve here: France, not Poland."),
        (2, 3, "Only one nation at once may serve here: the United Kingdom, not Poland."),
    ]


def test_an_aim_that_comes_first_is_named(tmp_path: Path) -> None:
    tiers = "tiers: [personnel, shortfall]\n"
    (gap,) = gaps_of(case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], yaml=tiers))
    text = "1 unit of France could be sent, but that would keep more people in place, which comes first."
    assert told(gap) == [("rule", (), ("F",), text)]


def test_a_kind_that_this_file_does_not_know_is_asked(tmp_path: Path) -> None:
    class Never(Caveat):
        def constrain(self, block: object, f: object) -> None: ...

        def violations(self, plan: Plan) -> Iterable[str]:  # type: ignore[override]
            yield from (tour.label for tour in plan.tours_seen(self))

        def rule(self, case: Case) -> str:
            return "may not serve on Sundays"

    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"])
    case = replace(case, caveats=(Never(id="NEVER", kind="never", nation="FRA"),))
    (gap,) = gaps_of(case)
    text = "France: may not serve on Sundays. One more unit of France would break that."
    assert told(gap) == [("caveat", ("NEVER",), ("F",), text)]


# Elsewhere and resting


def test_a_unit_on_another_line_is_used_elsewhere(tmp_path: Path) -> None:
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], [GUARD, EASTER])
    (gap,) = gaps_of(case, Start("F", "E", "poland", 1, 1))
    text = "1 unit of France is used on E Eastern reserve (priority 1)."
    assert told(gap) == [("used_elsewhere", (), ("F",), text)]


def test_a_unit_that_rests_is_resting_until_a_month(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,0,1,1,6,2,,assumed"
    case = case_of(tmp_path, ["F,GBR,inf,1,700,,,,assumed"], [line])
    (gap,) = gaps_of(case, Start("F", "G", "kyiv", 1, 1))
    text = "Resting after a tour: 1 unit of the United Kingdom until month 6."
    assert told(gap) == [("resting", (), ("F",), text)]
    assert (gap.first, gap.last) == (4, 6)


def test_a_rest_that_a_caveat_lengthens_names_it_in_those_months_only(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,0,1,2,9,2,,assumed"
    rest = "caveats: [{id: FRA-REST, kind: endurance, nation: FRA, dwell: 6}]\n"
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], [line], rest)
    gaps = gaps_of(case, Start("F", "G", "kyiv", 2, 1))
    assert [(gap.first, gap.last, gap.reasons[0].caveats) for gap in gaps] == [
        (5, 7, ()),
        (8, 9, ("FRA-REST",)),
    ]


def test_a_rest_in_months_that_a_caveat_cut_off_the_tour_names_it(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,0,1,1,4,2,,assumed"
    stay = "caveats: [{id: FRA-STAY, kind: endurance, nation: FRA, tour: 1}]\n"
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], [line], stay)
    case = replace(case, calendar=case.calendar.model_copy(update={"rotation_step": 1}))
    gaps = gaps_of(case, Start("F", "G", "kyiv", 1, 1))
    assert [(g.first, g.last, g.reasons[0].kind, g.reasons[0].caveats) for g in gaps] == [
        (2, 3, "resting", ("FRA-STAY",)),
        (4, 4, "resting", ()),
    ]


def test_a_free_unit_is_kept_for_a_later_tour_elsewhere_or_here(tmp_path: Path) -> None:
    later = "E,Eastern reserve,land,inf,poland,,0,1,4,6,1,,assumed"
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], [GUARD, later])
    (gap,) = gaps_of(case, Start("F", "E", "poland", 4, 1))
    text = "1 unit of France is kept for E Eastern reserve (priority 1) from month 4."
    assert told(gap) == [("used_elsewhere", (), ("F",), text)]
    here = "G,Guards,land,inf,kyiv,,0,1,1,6,2,,assumed"
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], [here])
    (gap,) = gaps_of(case, Start("F", "G", "kyiv", 4, 1))
    text = (
        "1 unit of France will serve here from month 4; "
        "an earlier tour would leave no time to rest before."
    )
    assert told(gap) == [("resting", (), ("F",), text)]


def test_a_unit_rested_between_two_start_months_waits_for_the_next(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,0,1,1,9,2,,assumed"
    yaml = "caveats: [{id: FRA-REST, kind: endurance, nation: FRA, dwell: 4}]\n"
    case = case_of(tmp_path, ["F,FRA,inf,1,700,,,,assumed"], [line], yaml)
    gaps = gaps_of(case, Start("F", "G", "kyiv", 1, 1))
    text = "1 unit of France: rested only at the end of month 7; no tour can begin after that."
    assert [(gap.first, gap.last) for gap in gaps] == [(4, 6), (7, 7), (8, 9)]
    assert told(gaps[2]) == [("resting", (), ("F",), text)]


# Substitution


def test_a_substitute_that_counts_less_is_a_reason_and_one_that_counts_fully_is_none(
    tmp_path: Path,
) -> None:
    line = "G,Guards,land,inf,kyiv,,0,2,1,3,2,,assumed"
    for rate, kinds in (("0.5", ["substitution", "no_offer"]), ("1", ["no_offer"])):
        swap = f"substitutions: [{{offered: tank, serves: inf, rate: {rate}}}]\n"
        case = case_of(tmp_path, ["F,FRA,tank,1,700,,,,assumed"], [line], swap)
        (gap,) = gaps_of(case, Start("F", "G", "kyiv", 1, 1))
        assert [each.kind for each in gap.reasons] == kinds
        if rate == "0.5":
            text = "1 unit of France (Tank battalion) stands in and counts 0.5."
            assert told(gap)[0] == ("substitution", (), ("F",), text)


# Gaps


def test_months_are_one_gap_only_while_coverage_and_reasons_stay_the_same(tmp_path: Path) -> None:
    line = "G,Guards,land,inf,kyiv,,1,2,,,1,,assumed"
    case = case_of(tmp_path, ["F,FRA,inf,1,700,4,6,,assumed"], [line])
    gaps = gaps_of(case, Start("F", "G", "kyiv", 4, 1))
    assert [(g.first, g.last, g.covered, g.state, g.weighted) for g in gaps] == [
        (1, 3, 0, "unfilled", 24),
        (4, 6, 1, "below_target", 12),
        (7, 12, 0, "unfilled", 48),
    ]


def test_reasons_are_told_with_what_can_be_asked_for_first(tmp_path: Path) -> None:
    offers = ["F,FRA,inf,1,700,4,,,assumed", "P,POL,inf,1,700,,,,assumed"]
    case = case_of(tmp_path, offers, yaml=BARRED)
    assert [each.kind for each in gaps_of(case)[0].reasons] == ["caveat", "not_yet_available"]


def test_the_worst_gaps_weigh_most_and_ties_go_to_priority_and_line_order(tmp_path: Path) -> None:
    lines = [
        "A,A,land,inf,kyiv,,0,1,1,2,2,,assumed",
        "B,B,land,inf,kyiv,,0,1,1,2,2,,assumed",
        "C,C,land,inf,kyiv,,0,1,1,1,1,,assumed",
        "D,D,land,inf,kyiv,,0,1,1,3,1,,assumed",
    ]
    gaps = gaps_of(case_of(tmp_path, ["F,FRA,med,1,90,,,,assumed"], lines))
    assert [(gap.line.line, gap.weighted) for gap in worst(gaps, 4)] == [
        ("D", 24),
        ("C", 8),
        ("A", 8),
        ("B", 8),
    ]
    assert len(worst(gaps, 2)) == 2
