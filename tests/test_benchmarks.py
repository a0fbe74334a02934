"""What the benchmarks stand on: generated cases that are valid, and variants that are exact."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import __main__ as program
from benchmarks import building, peers, questions, race
from benchmarks.ablation import agree
from benchmarks.generate import SIZES, generate, write
from benchmarks.measure import measured
from benchmarks.peers import Moment, course, highs
from benchmarks.plot import picture
from benchmarks.race import Finish
from benchmarks.scaling import exponent
from benchmarks.textbook import textbook
from benchmarks.variants import FULL, VARIANTS
from benchmarks.yardstick import TIERS, Between
from model import caveats
from model.case import Case
from model.domain import Settings
from model.outcome import Options, Progress
from model.plan import Plan, Start
from model.program import compile_program
from model.read import read_case
from model.solver import solve
from tests.conftest import KINDS, SOAK, countable
from tests.reference import contract, random_cases

ROOT = Path(__file__).resolve().parents[1]


def made(
    folder: Path, size: str, seed: int, *, hard: bool = False, rare: bool | None = None
) -> Case:
    return read_case(write(generate(size, seed, hard=hard, rare=rare), folder)).case


def small(folder: Path) -> Case:
    shape = replace(SIZES["theatre"], offers=25, lines=8)
    return replace(read_case(write(generate("theatre", 1, shape=shape), folder)).case, tiers=TIERS)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hard", [False, True], ids=["plain", "hard"])
def test_a_generated_case_has_its_size_every_kind_of_caveat_and_no_fault(
    tmp_path: Path, size: str, hard: bool
) -> None:
    case, shape = made(tmp_path, size, 3, hard=hard, rare=True), SIZES[size]
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


@pytest.mark.parametrize("name", VARIANTS)
def test_a_program_with_a_tightening_switched_off_has_the_same_optimum(
    tmp_path: Path, name: str
) -> None:
    variant = VARIANTS[name]
    for seed in range(12 * SOAK):
        case = countable(seed, tmp_path, 400).case
        full = solve(FULL.formulation(case, Settings()), Options(gap=0))
        with variant.at_work():
            formulation = variant.formulation(case, Settings())
            other = solve(formulation, Options(gap=0, apart=variant.apart))
        assert other.plan.tier_values == full.plan.tier_values, f"seed {seed}"


def test_a_variant_of_the_formulation_states_another_program(tmp_path: Path) -> None:
    whole = made(tmp_path, "theatre", 1, hard=True)
    case = replace(whole, lines=whole.lines[::3])
    programs = {}
    for name, variant in VARIANTS.items():
        with variant.at_work():
            program = compile_program(variant.formulation(case, Settings()))
        programs[name] = (program.rows, tuple(program.upper))
    same = {name for name, each in programs.items() if each == programs[FULL.name]}
    # What these change lies in the search.
    assert same == {
        FULL.name,
        "steps",
        "two tiers in one search",
        "parts solved apart",
        "parts choose anew",
        "feasibility jump off",
        "each search started",
    }


def test_the_textbook_formulation_has_the_same_optimum(tmp_path: Path) -> None:
    for seed in range(40 * SOAK):
        texts = random_cases.seeded_case(seed, KINDS, (), tiers=[TIERS])
        case = read_case(random_cases.write(texts, tmp_path)).case
        best = solve(FULL.formulation(case, Settings()), Options(gap=0)).plan.tier_values
        program = textbook(contract.parse(texts))
        found = course(program, highs, 60, gap=0, threads=1)
        assert found.point is not None
        units = [round(each) for each in found.point[: len(program.assignments)]]
        starts = [Start(*a.key, n) for a, n in zip(program.assignments, units, strict=True) if n]
        plan = Plan(case, Settings(), starts)
        assert list(plan.violations()) == [], f"seed {seed}"
        assert plan.tier_values == best, f"seed {seed}"


def test_variants_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    countable(1, tmp_path, 400)
    one = measured(tmp_path, FULL, 5)
    agree([one, one])
    for i in range(len(one.values)):
        bounds = tuple(value + (1 if i == k else 0) for k, value in enumerate(one.values))
        with pytest.raises(AssertionError):
            agree([one, replace(one, bounds=bounds)])


def test_the_fitted_exponent_is_that_of_the_power_law() -> None:
    assert exponent([(n, 3 * n**1.5) for n in (10, 20, 40)]) == pytest.approx(1.5)
    assert math.isnan(exponent([(10, 1.0), (10, 2.0)]))


def test_the_primal_integral_counts_the_time_without_the_best_plan() -> None:
    def finish(*moments: Moment) -> Finish:
        return Finish(moments=moments, values=(1.0, 10.0))

    at_once = (Moment(0, "critical", 1, 1), Moment(0, "shortfall", 10, 5))
    assert finish(*at_once).primal_integral((1, 10), 60) == 0
    late = (Moment(10, "critical", 1, 1), Moment(20, "shortfall", 20, 5))
    assert finish(*late).primal_integral((1, 10), 60) == 20 + 40 / 2
    assert finish(Moment(5, "critical", 9, 0)).primal_integral((1, 10), 60) == 60


def test_the_picture_of_a_race_is_xml_and_names_who_has_no_plan() -> None:
    moments = [Moment(1, "shortfall", 900, 100), Moment(9, "shortfall", 300, 250)]
    drawn = picture("A & B", {"one": moments, "two": []}, "shortfall", 60)
    text = "".join(ElementTree.fromstring(drawn).itertext())  # noqa: S314 - drawn here
    assert "A & B" in text
    assert "two: no plan" in text
    assert "one: no plan" not in text


def test_pyomos_own_interface_ends_within_the_gap_of_muster(tmp_path: Path) -> None:
    case = small(tmp_path)
    plans = {name: race._muster(case, 10, name)[-1] for name in race.OURS}
    mine, theirs = ([float(each) for each in plans[name].tier_values.values()] for name in plans)
    assert theirs == pytest.approx(mine, rel=2 * min(race.GAPS))
    assert not list(plans[race.BY_PYOMO].violations())


def test_musters_course_in_a_race_is_one_run_that_only_gets_better_and_ends_at_its_answer(
    tmp_path: Path,
) -> None:
    _, _, moments, plan = race._muster(small(tmp_path), 30, race.MUSTER)
    tiers = [m.tier for m in moments[:-2]]
    assert tiers == sorted(tiers, key=TIERS.index)
    assert [m.seconds for m in moments[:-2]] == sorted(m.seconds for m in moments[:-2])
    # Told of each tier as it goes, then of both what the answer says.
    assert len(moments) > 2
    for tier in TIERS:
        mine = [m for m in moments if m.tier == tier]
        assert [m.best for m in mine] == pytest.approx(sorted((m.best for m in mine), reverse=True))
        assert mine[-1].best == pytest.approx(float(plan.tier_values[tier]))
        assert mine[-1].gap <= min(race.GAPS)


def test_what_musters_answer_does_not_prove_counts_for_no_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = small(tmp_path)
    found = solve(FULL.formulation(case, Settings()), Options())
    first, last = found.tiers
    opened = replace(found, tiers=(replace(first, value=9.0, bound=1.0), last))

    def told(*_: object, on_progress: object) -> object:
        assert callable(on_progress)
        for at, tier in enumerate(TIERS):
            on_progress(Progress(tier, 9.0, 9.0, 0.0, float(at)))
        return opened

    monkeypatch.setattr("model.solver.solve", told)
    assert {m.tier for m in race._muster(case, 30, race.MUSTER)[2]} == {"critical"}


def test_what_comes_after_the_limit_of_a_race_counts_no_more() -> None:
    moments = [Moment(at, "shortfall", 5, 5) for at in (59, 60.5, 61)]
    assert [m.seconds for m in race.in_time(moments, 60)] == [59, 60]


def test_who_hands_a_solver_its_program_is_not_on_its_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(peers.time, "perf_counter", lambda: now[0])

    def slow(task: peers.Task) -> list[float]:
        now[0] += 100
        with task.clock:
            now[0] += 3
            task.note(8, 8)
            now[0] += 2
        return [0.0] * len(task.program.upper)

    small(tmp_path)
    went = course(textbook(contract.load(tmp_path)), slow, 60)
    assert [m.seconds for m in went.moments] == [3, 8]
    assert (went.seconds, went.handed) == (10, 200)


def test_a_peer_without_a_plan_or_an_end_has_a_row_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    small(tmp_path)
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None, raising=False)
    monkeypatch.setitem(race.SOLVERS, "HiGHS", lambda task: None)
    told = race.run(tmp_path, "HiGHS", 5)
    assert (told["moments"], told["values"]) == ([], [math.inf, math.inf])
    lost = race.in_a_process(tmp_path / "nowhere", "HiGHS", 5)
    assert "nowhere" in capfd.readouterr().err
    with pytest.raises(subprocess.CalledProcessError):
        race.in_a_process(tmp_path / "nowhere", race.MUSTER, 5)
    well = Finish(1, 1, 1, (Moment(1, "critical", 1, 1), Moment(2, "shortfall", 5, 5)), (1, 5))
    finishes = {race.MUSTER: well, "HiGHS": lost, "SCIP": Finish()}
    race.agree(finishes)
    columns = race.head(5)
    rows = [
        dict(zip(columns, race._row(each, (1, 5), 5), strict=True)) for each in finishes.values()
    ]
    assert [row["shortfall"] for row in rows] == ["5.000", "ended with 1", "no plan"]
    assert [row["gap at 5 s"] for row in rows] == ["0.00 %", "-", "-"]


def test_a_race_tells_how_much_sooner_muster_is_than_the_best_of_the_plain_solvers() -> None:
    def ends(at: float, gap: float = 0.0) -> Finish:
        after = Moment(at, "shortfall", 100, 100 * (1 - gap))
        return Finish(moments=(Moment(0, "critical", 1, 1), after), values=(1, 100))

    never = Finish()
    table = race.against(
        {
            1: {race.MUSTER: ends(2), race.BY_PYOMO: ends(1), "HiGHS": ends(30), "SCIP": ends(10)},
            2: {race.MUSTER: ends(2), "HiGHS": never},
            3: {race.MUSTER: ends(2, 0.02), "HiGHS": ends(30)},
            4: {race.MUSTER: never, "HiGHS": never},
            5: {race.MUSTER: ends(2), "HiGHS": ends(30, 0.005)},
        },
        60,
    )
    assert table[0][0] == "seed"
    assert [row[1:3] for row in table[1:-1]] == [
        ["5.00", "5.00"],
        ["> 30.00", "> 30.00"],
        ["< 0.50", "< 0.50"],
        ["-", "-"],
        ["15.00", "> 30.00"],
    ]
    assert [row[3:5] for row in table[1:-1]] == [
        ["0.00 %", "0.00 %"],
        ["0.00 %", "-"],
        ["2.00 %", "0.00 %"],
        ["-", "-"],
        ["0.00 %", "0.50 %"],
    ]
    assert [row[5:] for row in table[2:4]] == [["0.00 %", "-"], ["0.00 %", "0.00 %"]]
    assert table[-1][:5] == ["median", "5.00 to 15.00", "> 5.00", "0.00 %", "0.50 %"]


def test_a_number_known_from_one_side_stays_so_in_ratios_and_medians() -> None:
    never, two = Between.until(math.inf, 60), Between.until(2, 60)
    assert str(Between.ratio(two, two)) == "1.00"
    assert str(Between.ratio(never, two)) == "> 30.00"
    assert str(Between.ratio(two, never)) == "< 0.03"
    assert str(Between.ratio(never, never)) == "-"
    assert str(Between.median([two, two, never])) == "2.00"
    assert str(Between.median([two, never, never])) == "> 60.00"


def test_questions_on_a_drawn_case_are_held_against_its_base_solve(tmp_path: Path) -> None:
    one = questions.asked(small(tmp_path), 60, 3, 10)
    assert len(one.switches) == 3
    assert one.changing <= one.switches.keys()
    assert one.prices
    assert all(each.low == each.high > 0 for each in (one.base, one.prices, *one.switches.values()))

    def took(seconds: float) -> Between:
        return Between.until(seconds, 60)

    plain = questions.Asked(
        took(10), {"A": took(1), "B": took(3), "C": took(0)}, frozenset("AB"), took(40)
    )
    cut_off = questions.Asked(took(math.inf), {"A": took(6)}, frozenset(), None)
    assert questions.told({1: plain, 2: cut_off})[1:] == [
        ["1", "10.00", "1.00", "0.10", "0.20", "4.00", "2 of 3"],
        ["2", "> 60.00", "6.00", "< 0.10", "-", "-", "0 of 1"],
        ["median", "", "", "0.05 to 0.10", "> 0.10", "> 2.00", ""],
    ]


def test_what_building_costs_is_told_by_stage_with_its_exponent(tmp_path: Path) -> None:
    case = small(tmp_path)
    one = building.built(tmp_path, 0)
    program = compile_program(FULL.formulation(case, Settings()))
    assert (one.columns, one.rows) == (program.size, len(program.rows))
    assert one.listed >= one.decided == len(program.begin)
    assert one.build == one.list + one.state + one.compile + one.hand_over > 0
    assert math.isnan(one.solve)
    assert building.built(tmp_path, 60).solve < 60

    def made(size: int, solve: float = math.nan) -> building.Built:
        return replace(
            one, listed=size, list=size, state=2 * size, compile=size**2, hand_over=0, solve=solve
        )

    found = {("a", 1): [made(1, 40)], ("a", 2): [made(2)], ("b", 4): [made(4, math.inf)]}
    fitted = building.exponents(found)
    assert (fitted["list"], fitted["compile"]) == (pytest.approx(1), pytest.approx(2))
    table = [dict(zip(row[:2], row[-3:-1], strict=True)) for row in building.told(found, 60)]
    assert [[*each.values()] for each in table[1:]] == [
        ["0.50", "0.10"],
        ["0.40", ""],
        ["0.29", "< 0.47"],
    ]


def test_the_peak_of_a_process_is_not_that_of_the_one_that_started_it() -> None:
    ballast = b"x" * (400 << 20)
    code = "from benchmarks.yardstick import peak; print(peak())"
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert 1 < float(told.stdout) < len(ballast) >> 20


def test_make_bench_races_conferences_of_every_kind_and_one_alliance(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raced, drawn = [], []

    def raced_too(*given: object, **more: object) -> str:
        raced.append((*given, more))
        return ""

    def drawn_too(*given: object, **more: object) -> str:
        drawn.append((*given, more))
        return ""

    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    for name in ("ablation", "scaling", "building"):
        monkeypatch.setattr(program, name, lambda *given: "")
    for room in (program.theatre, program.questions, program.past):
        monkeypatch.setattr(room, "report", lambda *given: "")
    monkeypatch.setattr(program, "race", raced_too)
    monkeypatch.setattr(program.questions, "drawn", drawn_too)
    program.main()
    plain = {"hard": False, "kinds": None}
    limits = {"limit": 60, "switches": 8, "patience": 6, "kinds": None}
    assert raced == [("conference", [1, 2, 3], 120, plain), ("alliance", [1], 120, plain)]
    assert drawn == [("conference", [1, 2, 3], limits)]
    assert race.which("conference", None) == ("conference every kind", True)
