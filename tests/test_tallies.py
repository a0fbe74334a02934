"""What one unit more would break is what the checker says of the changed plan."""

from __future__ import annotations

from pathlib import Path

from model.domain import Settings
from model.eligibility import candidates
from model.outcome import Options
from model.plan import Plan, Start, Tour
from model.session import Session
from model.tallies import Trials
from tests.reference.random_cases import Sizes
from tests.test_all_kinds import crowded


def _caveats_broken(plan: Plan) -> dict[str, set[str]]:
    return {each.id: set(each.violations(plan)) for each in plan.case.active_caveats}


def _changed(plan: Plan, begun: Start, gone: Tour | None, units: int) -> Plan:
    starts = [each for each in plan.starts if gone is None or each[:4] != gone.assignment.key]
    if gone is not None and gone.units > units:
        starts.append(Start(*gone.assignment.key, gone.units - units))
    return Plan(plan.case, plan.settings, [*starts, begun])


def test_a_trial_breaks_what_the_checker_finds_newly_broken(tmp_path: Path) -> None:
    kinds = set()
    for seed in range(40):
        case = crowded(seed, tmp_path, Sizes(months=6, caveats=6, plans=0)).case
        plan = Session(case, Settings(), Options()).solve().plan
        before = _caveats_broken(plan)
        trials = Trials(plan)
        for way in candidates(case, Settings()):
            here = [t for t in plan.tours if t.assignment.offer is way.assignment.offer]
            for gone in (None, *here):
                if way.gates or (gone and gone.assignment.key == way.assignment.key):
                    continue
                for units in {1, gone.units if gone else way.assignment.offer.units}:
                    begun = Start(*way.assignment.key, units)
                    after = _caveats_broken(_changed(plan, begun, gone, units))
                    new = {name for name, texts in after.items() if texts - before[name]}
                    told = trials.broken(way, units, gone).caveats
                    assert told == new, f"{units} of {way.assignment.key} instead of {gone}"
                    kinds |= {case.caveat_by_id[name].kind for name in told}
    assert kinds >= {"partner", "avoid", "ceiling", "share", "minimum", "reserve", "package"}
