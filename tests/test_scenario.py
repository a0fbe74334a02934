"""Scenarios: what each override does, in which order, and what is told of a wrong one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from model.case import Case
from model.domain import Forbid, Pin, Scenario, Settings
from model.faults import Fault, InputError
from model.read import Reading, read_case
from tests.conftest import Files

OFFERS, LINES, YAML = "capabilities.csv", "requirements.csv", "constraints.yaml"
WHAT_IF = "scenarios/s1.yaml"

EST = "{offer: EST-1, nation: EST, capability: infantry, units: 1, personnel: 150, basis: assumed}"
L04 = "{line: L04, role: land, capability: infantry, area: poland, minimum: 0, target: 1, basis: assumed}"


def under(files: Files, *texts: str | bytes, settings: Settings | None = None) -> Reading:
    """Read the case under scenarios s1, s2, ... of these texts."""
    folder = files.write()
    (folder / "scenarios").mkdir(exist_ok=True)
    names = [f"s{number}" for number in range(1, len(texts) + 1)]
    for name, text in zip(names, texts, strict=True):
        raw = text.encode() if isinstance(text, str) else text
        (folder / "scenarios" / f"{name}.yaml").write_bytes(raw)
    return read_case(folder, settings, names)


def case_under(files: Files, *texts: str) -> Case:
    return under(files, *texts).case


def faults_under(files: Files, *texts: str | bytes) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        under(files, *texts)
    return caught.value.faults


def fault_under(files: Files, *texts: str | bytes) -> Fault:
    faults = faults_under(files, *texts)
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


def told(faults: list[Fault]) -> list[tuple[str, int, str]]:
    return [(fault.file, fault.line, fault.place) for fault in faults]


# What each override does


def test_a_title_alone_changes_nothing(files: Files) -> None:
    plain = files.read().case
    what_if = case_under(files, "title: Nothing\n")
    assert what_if.scenarios == (Scenario("s1", "Nothing"),)
    kept = {"scenarios", "files"}
    assert {k: v for k, v in vars(what_if).items() if k not in kept} == {
        k: v for k, v in vars(plain).items() if k not in kept
    }


def test_lift_makes_caveats_inactive(files: Files) -> None:
    case = case_under(files, "lift: [DEU-BUNDESTAG]\n")
    assert not case.caveat_by_id["DEU-BUNDESTAG"].active
    assert case.caveat_by_id["FRA-CEILING"].active


SET: dict[str, tuple[str, Any, Any]] = {
    "an offer": ("FRA-LAND-1: {units: 2}", lambda c: c.offer_by_id["FRA-LAND-1"].units, 2),
    "two fields": (
        "DEU-LAND-1: {available_from: 5, tour: 3}",
        lambda c: (c.offer_by_id["DEU-LAND-1"].available_from, c.offer_by_id["DEU-LAND-1"].tour),
        (5, 3),
    ),
    "a blank": (
        "DEU-LAND-1: {available_until: null, notice_days: ~, tour: }",
        lambda c: (
            c.offer_by_id["DEU-LAND-1"].available_until,
            c.offer_by_id["DEU-LAND-1"].notice_days,
            c.offer_by_id["DEU-LAND-1"].tour,
        ),
        (None, 0, None),
    ),
    "a line": ("L01: {minimum: 0.5}", lambda c: c.line_by_id["L01"].minimum, Fraction(1, 2)),
    "elsewhere": (
        "L01: {elsewhere: 'poland:0.25 paris:1'}",
        lambda c: c.line_by_id["L01"].elsewhere,
        (("poland", Fraction(1, 4)), ("paris", Fraction(1))),
    ),
    "no elsewhere": ("L01: {elsewhere: null}", lambda c: c.line_by_id["L01"].elsewhere, ()),
    "a caveat": (
        "DEU-BUNDESTAG: {status: refused}",
        lambda c: c.caveat_by_id["DEU-BUNDESTAG"].status,
        "refused",
    ),
    "a whole scope": (
        "FRA-CEILING: {applies_to: {lines: [L01]}}",
        lambda c: (
            c.caveat_by_id["FRA-CEILING"].applies_to.lines,
            c.caveat_by_id["FRA-CEILING"].applies_to.areas,
        ),
        (("L01",), None),
    ),
    "no scope": (
        "FRA-CEILING: {applies_to: null}",
        lambda c: c.caveat_by_id["FRA-CEILING"].applies_to.areas,
        None,
    ),
    "another kind": (
        "FRA-CEILING: {kind: exclusion, personnel: null}",
        lambda c: c.caveat_by_id["FRA-CEILING"].kind,
        "exclusion",
    ),
    "a rule": ("LIFT: {personnel: 7}", lambda c: c.rules[0].personnel, 7),
    "a condition": ("us_backstop: {holds: false}", lambda c: c.conditions["us_backstop"].holds, False),
    "a condition's blank": (
        "us_backstop: {probability: null}",
        lambda c: c.conditions["us_backstop"].probability,
        1,
    ),
    "a capability": ("staff: {title: People}", lambda c: c.capabilities["staff"].title, "People"),
    "an area": ("poland: {within: ukraine}", lambda c: c.areas["poland"].within, "ukraine"),
    "a nation": ("FRA: {share_key: 0.1}", lambda c: c.nations["FRA"].share_key, Fraction(1, 10)),
    "the calendar": ("calendar: {months: 6}", lambda c: (c.calendar.months, c.calendar.rotation_step), (6, 3)),
    "the defaults, though the file has none": (
        "defaults: {dwell: 6}",
        lambda c: (c.defaults.tour, c.defaults.dwell),
        (6, 6),
    ),
    "the seats, but not the advance": (
        "headquarters: {seats: [{area: london, months: 24}]}",
        lambda c: (c.seat(1), c.headquarters.advance_months, c.moves),
        ("london", 2, ()),
    ),
    "one weight": ("priority_weights: {1: 20}", lambda c: c.priority_weights, {1: 20, 2: 4, 3: 2, 4: 1}),
}  # fmt: skip


@pytest.mark.parametrize(("override", "look", "expected"), SET.values(), ids=SET)
def test_set_replaces_whole_fields_of_anything_that_has_a_name(
    files: Files, override: str, look: Any, expected: Any
) -> None:
    files.change(YAML, "rules: []", "rules: [{id: LIFT, kind: lift, personnel: 1}]")
    files.change(YAML, "headquarters:\n", "headquarters:\n  advance_months: 2\n")
    files.add(YAML, "priority_weights: {1: 8, 2: 4, 3: 2, 4: 1}\n")
    assert look(case_under(files, f"set:\n  {override}\n")) == expected


def test_add_puts_entries_after_the_others(files: Files) -> None:
    case = case_under(
        files,
        f"add:\n  offers: [{EST}]\n  lines:\n    - {L04}\n"
        "  caveats:\n    - {id: EST-NONE, kind: exclusion, nation: EST}\n"
        "  rules: [{id: LIFT, kind: lift, personnel: 900}]\n",
    )
    assert [each.offer for each in case.offers] == ["FRA-LAND-1", "DEU-LAND-1", "FRA-HQ-1", "EST-1"]
    assert case.offers[-1].personnel == 150
    assert case.offers[-1].available_until is None
    assert case.lines[-1].line == "L04"
    assert case.caveats[-1].id == "EST-NONE"
    assert case.rules[0].id == "LIFT"


def test_add_needs_no_section_in_the_case(files: Files) -> None:
    files.change(YAML, "rules: []\n", "")
    assert case_under(files, "add: {rules: [{id: LIFT, kind: lift, personnel: 9}]}\n").rules


def test_empty_parts_are_legal(files: Files) -> None:
    text = "lift: []\nset: {}\nadd: {offers: [], lines: [], caveats: [], rules: []}\nremove:\npin: []\nforbid:\n"
    assert case_under(files, text).offers == files.read().case.offers


def test_remove_takes_entries_away(files: Files) -> None:
    case = case_under(
        files, "remove: {offers: [FRA-LAND-1, FRA-HQ-1], lines: [L02], caveats: [DEU-BUNDESTAG]}\n"
    )
    assert [each.offer for each in case.offers] == ["DEU-LAND-1"]
    assert [each.line for each in case.lines] == ["L01", "L03"]
    assert [each.id for each in case.caveats] == ["FRA-CEILING"]


def test_pins_and_forbids_are_part_of_the_case(files: Files) -> None:
    case = case_under(
        files,
        "pin:\n"
        "  - {offer: FRA-LAND-1, line: L01, from: 1, units: 2}\n"
        "  - {offer: FRA-LAND-1, line: L01, from: 4, units: 1, area: poland}\n",
        "forbid: [{offer: DEU-LAND-1, line: L01}, {offer: FRA-HQ-1}]\n",
    )
    assert case.pins == (
        Pin("FRA-LAND-1", "L01", 1, 2, None, "s1"),
        Pin("FRA-LAND-1", "L01", 4, 1, "poland", "s1"),
    )
    assert case.forbids == (Forbid("DEU-LAND-1", "L01", "s2"), Forbid("FRA-HQ-1", None, "s2"))


# In which order


def test_within_a_scenario_set_comes_after_lift_and_before_add_and_remove(files: Files) -> None:
    lifted_and_set = "set: {DEU-BUNDESTAG: {active: true}}\nlift: [DEU-BUNDESTAG]\n"
    assert case_under(files, lifted_and_set).caveat_by_id["DEU-BUNDESTAG"].active
    added_and_removed = f"remove: {{offers: [EST-1]}}\nadd: {{offers: [{EST}]}}\n"
    assert "EST-1" not in case_under(files, added_and_removed).offer_by_id
    set_and_added = f"set: {{EST-1: {{units: 2}}}}\nadd: {{offers: [{EST}]}}\n"
    assert fault_under(files, set_and_added).value == "EST-1"
    added_and_lifted = "lift: [X]\nadd: {caveats: [{id: X, kind: exclusion, nation: EST}]}\n"
    assert fault_under(files, added_and_lifted).value == "X"
    replaced = "remove: {offers: [FRA-HQ-1]}\nset: {FRA-HQ-1: {units: 2}}\n"
    assert "FRA-HQ-1" not in case_under(files, replaced).offer_by_id


def test_scenarios_stack_in_the_order_given(files: Files) -> None:
    one = f"add: {{offers: [{EST}]}}\nset: {{FRA-LAND-1: {{units: 2, personnel: 5}}}}\n"
    two = "set: {EST-1: {units: 4}, FRA-LAND-1: {units: 3}}\n"
    case = case_under(files, one, two)
    assert [each.name for each in case.scenarios] == ["s1", "s2"]
    assert case.offer_by_id["EST-1"].units == 4
    assert case.offer_by_id["FRA-LAND-1"].units == 3
    assert case.offer_by_id["FRA-LAND-1"].personnel == 5
    assert fault_under(files, two, one).value == "EST-1"


def test_an_entry_may_be_removed_and_added_anew(files: Files) -> None:
    new = EST.replace("EST-1", "FRA-HQ-1")
    one = "remove: {offers: [FRA-HQ-1]}\n"
    assert case_under(files, one, f"add: {{offers: [{new}]}}\n").offers[-1].nation == "EST"


def test_the_case_is_checked_once_after_all_of_them(files: Files) -> None:
    files.change(OFFERS, "infantry,6,", "infantry,-1,")
    assert (
        case_under(files, "set: {FRA-LAND-1: {units: 6}}\n").offers
        == Files(files.folder.with_name("right")).read().case.offers
    )
    assert case_under(files, "remove: {offers: [FRA-LAND-1]}\n")
    one, two = "set: {L01: {minimum: 9}}\n", "set: {L01: {target: 10}}\n"
    assert case_under(files, "set: {FRA-LAND-1: {units: 6}}\n", one, two)


def test_what_an_alias_shares_is_changed_only_where_it_is_named(files: Files) -> None:
    files.change(
        YAML, "applies_to: {areas: [ukraine], roles: [land]}", "applies_to: &a {roles: [land]}"
    )
    files.change(YAML, "  poland: {}", "  poland: &p {title: Same}\n  other: *p")
    files.change(
        YAML, "rules: []", "  - {id: TWO, kind: exclusion, nation: FRA, applies_to: *a}\nrules: []"
    )
    case = case_under(
        files, "set: {poland: {title: New}, TWO: {active: false}}\nlift: [FRA-CEILING]\n"
    )
    assert (case.areas["poland"].title, case.areas["other"].title) == ("New", "Same")
    files.replace(
        YAML,
        files.contents[YAML]
        .replace(b"rules: []", b"rules: &none []\nsubstitutions: *none")
        .replace(b"substitutions:\n  - {offered: armour, serves: infantry, rate: 0.8}\n", b""),
    )
    assert (
        case_under(files, "add: {rules: [{id: R, kind: lift, personnel: 9}]}\n").substitutions == ()
    )
    shared = "x: &x {units: 2}\n"
    faults = faults_under(files, f"{shared}set: {{FRA-LAND-1: *x, DEU-LAND-1: *x}}\n")
    assert [fault.value for fault in faults] == ["x"]
    twice = case_under(files, "set: {FRA-LAND-1: &x {units: 2}, DEU-LAND-1: *x}\n")
    assert [each.units for each in twice.offers] == [2, 2, 4]


# What is wrong with a name


@pytest.mark.parametrize(
    ("text", "place", "value", "message", "allowed"),
    [
        ("lift: [DEU-BUNDESTAK]", "lift[0]", "DEU-BUNDESTAK", "is no known caveat", "nearest: DEU-BUNDESTAG"),
        ("lift: [L01]", "lift[0]", "L01", "is no known caveat", "known: DEU-BUNDESTAG, FRA-CEILING"),
        ("set: {FRA-LAND: {units: 1}}", "set.FRA-LAND", "FRA-LAND", "is no known id or section", "nearest: FRA-LAND-1"),
        ("set: {calender: {months: 1}}", "set.calender", "calender", "is no known id or section", "nearest: calendar"),
        ("set: {us_backstopp: {holds: true}}", "set.us_backstopp", "us_backstopp", "is no known id or section", "nearest: us_backstop"),
        ("set: {tiers: {x: 1}}", "set.tiers", "tiers", "is no known id or section", ""),
        ("set: {EST: {name: Estonia}}", "set.EST", "EST", "is no known id or section", ""),
        ("remove: {offers: [DEU-LAND-2]}", "remove.offers[0]", "DEU-LAND-2", "is no known offer", "nearest: DEU-LAND-1"),
        ("remove: {lines: [L1]}", "remove.lines[0]", "L1", "is no known line", "nearest: L01"),
        ("remove: {caveats: [X]}", "remove.caveats[0]", "X", "is no known caveat", "known: DEU-BUNDESTAG, FRA-CEILING"),
        ("remove: {rules: [X]}", "remove.rules[0]", "X", "is no known rule", "none is defined"),
        ("remove: {offers: [FRA-HQ-1, FRA-HQ-1]}", "remove.offers[1]", "FRA-HQ-1", "is no known offer", "s1.yaml:1 (remove.offers[0]) removes it"),
        ("pin: [{offer: FRA, line: L01, from: 1, units: 1}]", "pin[0].offer", "FRA", "is no known offer", "FRA-LAND-1"),
        ("pin: [{offer: FRA-LAND-1, line: L1, from: 1, units: 1}]", "pin[0].line", "L1", "is no known line", "L01"),
        ("forbid: [{offer: FRA}]", "forbid[0].offer", "FRA", "is no known offer", "FRA-LAND-1"),
        ("forbid: [{offer: FRA-LAND-1, line: L1}]", "forbid[0].line", "L1", "is no known line", "L01"),
        ("lifts: [X]", "lifts", "lifts", "is no known field", "nearest: lift"),
        ("add: {offer: []}", "add.offer", "offer", "is no known field", "nearest: offers"),
        ("remove: {areas: [kyiv]}", "remove.areas", "areas", "is no known field", "nearest: caveats"),
        ("set: {FRA-LAND-1: {unit: 1}}", "set.FRA-LAND-1.unit", "unit", "is no known field", "nearest: units"),
        ("set: {FRA-CEILING: {applies_to: {role: [land]}}}", "set.FRA-CEILING.applies_to.role", "role", "is no known field", "nearest: roles"),
        ("set: {headquarters: {seat: []}}", "set.headquarters.seat", "seat", "is no known field", "nearest: seats"),
        ("set: {L01: {area: kiev}}", "set.L01.area", "kiev", "is no known area", "nearest: kyiv"),
        ("set: {DEU-LAND-1: {nation: Germany}}", "set.DEU-LAND-1.nation", "Germany", "is no known nation", "Germany is DEU"),
        ("set: {FRA-CEILING: {kind: ceilling}}", "set.FRA-CEILING.kind", "ceilling", "is no known kind", "nearest: ceiling"),
        ("pin: [{offer: FRA-LAND-1, line: L01, start: 1, from: 1, units: 1}]", "pin[0].start", "start", "is no known field", ""),
        ("forbid: [{offer: FRA-LAND-1, lines: [L01]}]", "forbid[0].lines", "lines", "is no known field", "nearest: line"),
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_told_with_the_nearest(
    files: Files, text: str, place: str, value: str, message: str, allowed: str
) -> None:
    fault = fault_under(files, f"title: x\n{text}\n")
    assert (fault.file, fault.line, fault.place) == (WHAT_IF, 2, place) or "removes it" in allowed
    assert (fault.value, fault.message) == (value, message)
    assert allowed.replace(":1 ", ":2 ") in fault.allowed


def test_a_name_that_an_earlier_scenario_removed_is_told_with_who_removed_it(files: Files) -> None:
    one, two = "remove: {caveats: [FRA-CEILING]}\n", "title: x\nlift: [FRA-CEILING]\n"
    fault = fault_under(files, one, two)
    assert (fault.file, fault.line, fault.value) == ("scenarios/s2.yaml", 2, "FRA-CEILING")
    assert fault.allowed == "scenarios/s1.yaml:1 (remove.caveats[0]) removes it"


def test_what_still_names_a_removed_entry_is_an_error_where_it_is_removed(files: Files) -> None:
    files.change(
        YAML,
        "rules: []",
        "  - {id: X, kind: exclusion, nation: FRA, applies_to: {lines: [L02]}}\nrules: []",
    )
    fault = fault_under(files, "title: x\nremove: {lines: [L02]}\n")
    assert (fault.file, fault.line, fault.place) == (WHAT_IF, 2, "remove.lines[0]")
    assert fault.value == "L02"
    assert (
        "constraints.yaml:36 (caveats[2].applies_to.lines[0] (X)) still names it" in fault.message
    )
    assert case_under(files, "remove: {lines: [L02], caveats: [X]}\n")


def test_a_pin_or_forbid_of_a_removed_offer_is_an_error(files: Files) -> None:
    one = (
        "pin: [{offer: FRA-LAND-1, line: L01, from: 1, units: 1}]\nforbid: [{offer: FRA-LAND-1}]\n"
    )
    faults = faults_under(files, one, "remove: {offers: [FRA-LAND-1]}\n")
    assert {(f.file, f.place) for f in faults} == {("scenarios/s2.yaml", "remove.offers[0]")}
    assert ["pin[0].offer" in f.message or "forbid[0].offer" in f.message for f in faults] == [
        True
    ] * 2


def test_an_entry_that_is_given_another_id_is_gone_under_the_old_one(files: Files) -> None:
    assert case_under(files, "set: {L02: {line: L09}}\n").lines[1].line == "L09"
    files.change(
        YAML,
        "rules: []",
        "  - {id: X, kind: exclusion, nation: FRA, applies_to: {lines: [L02]}}\nrules: []",
    )
    fault = fault_under(files, "set:\n  L02: {line: L09}\n")
    assert (fault.file, fault.line, fault.place) == (WHAT_IF, 2, "set.L02.line")


@pytest.mark.parametrize(
    ("added", "place"),
    [
        (
            "offers: [{}]".format(EST.replace("EST-1", "FRA-LAND-1")),
            "add.offers[0].offer (FRA-LAND-1)",
        ),
        (
            "offers: [{}]".format(EST.replace("EST-1", "FRA-CEILING")),
            "add.offers[0].offer (FRA-CEILING)",
        ),
        ("offers: [{}]".format(EST.replace("EST-1", "calendar")), "add.offers[0].offer (calendar)"),
        ("caveats: [{id: L01, kind: exclusion, nation: EST}]", "add.caveats[0].id (L01)"),
    ],
)
def test_an_id_that_is_taken_is_told_where_the_scenario_takes_it(
    files: Files, added: str, place: str
) -> None:
    fault = fault_under(files, f"title: x\nadd:\n  {added}\n")
    assert (fault.file, fault.line, fault.place) == (WHAT_IF, 3, place)


# What is wrong with a value


@pytest.mark.parametrize(
    ("text", "line", "place", "value", "allowed"),
    [
        ("set:\n  FRA-LAND-1:\n    units: 0\n", 3, "set.FRA-LAND-1.units", "0", "a whole number, 1 or more"),
        ("set:\n  FRA-LAND-1:\n    units: null\n", 3, "set.FRA-LAND-1.units", "", "required"),
        ("set: {FRA-LAND-1: {units: '2'}}\n", 1, "set.FRA-LAND-1.units", "2", "a whole number"),
        ("set: {L01: {elsewhere: 'poland:0,5'}}\n", 1, "set.L01.elsewhere", "poland:0,5", "area:rate"),
        ("set: {L01: {elsewhere: {poland: 1}}}\n", 1, "set.L01.elsewhere", "{'poland': 1}", ""),
        ("set: {DEU-BUNDESTAG: {status: no}}\n", 1, "set.DEU-BUNDESTAG.status", "no", "'refused'"),
        ("set: {DEU-BUNDESTAG: {probability: null}}\n", 1, "set.DEU-BUNDESTAG", "", "probability"),
        ("set: {us_backstop: {holds: perhaps}}\n", 1, "set.us_backstop.holds", "perhaps", "true, false"),
        ("set: {calendar: {months: 0}}\n", 1, "set.calendar.months", "0", "a whole number"),
        ("set: {headquarters: {seats: null}}\n", 1, "set.headquarters.seats", "", "required"),
        ("set: {headquarters: {seats: []}}\n", 1, "set.headquarters", "", "at least one"),
        ("set: {headquarters: {seats: [{area: rome, months: 3}]}}\n", 1, "set.headquarters.seats[0].area", "rome", ""),
        ("set: {kyiv: {within: kyiv}}\n", 1, "set.kyiv.within", "kyiv", ""),
        (f"add:\n  lines:\n    - {L04.replace('target: 1', 'target: 0')}\n", 3, "add.lines[0].target (L04)", "0", "above 0"),
        (f"add:\n  offers:\n    - {EST.replace(', units: 1', '')}\n", 3, "add.offers[0].units (EST-1)", "", "required"),
        ("add: {offers: [EST-1]}\n", 1, "add.offers[0]", "EST-1", "fields and values"),
        ("add: {caveats: [{id: X, nation: EST}]}\n", 1, "add.caveats[0].kind (X)", "", "known"),
        ("pin: [{offer: FRA-LAND-1, line: L01, from: 1, units: 0}]\n", 1, "pin[0].units", "0", "1 or more"),
        ("pin: [{offer: FRA-LAND-1, line: L01, units: 1}]\n", 1, "pin[0].from", "", "required"),
        ("pin: [FRA-LAND-1]\n", 1, "pin[0]", "FRA-LAND-1", "fields and values"),
        ("forbid: [{line: L01}]\n", 1, "forbid[0].offer", "", "required"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_where_the_scenario_brought_it(
    files: Files, text: str, line: int, place: str, value: str, allowed: str
) -> None:
    fault = fault_under(files, text)
    assert (fault.file, fault.line, fault.place, fault.value) == (WHAT_IF, line, place, value)
    assert allowed in fault.allowed


def test_what_is_wrong_between_fields_is_told_where_a_scenario_changed_one_of_them(
    files: Files,
) -> None:
    fault = fault_under(files, "title: x\nset:\n  L01: {minimum: 4}\n")
    assert (fault.file, fault.line, fault.place) == (WHAT_IF, 3, "set.L01")
    assert fault.message == "minimum 4 is above target 3"
    fault = fault_under(files, "set: {L01: {target: 5}}\n", "title: x\nset: {L01: {minimum: 6}}\n")
    assert (fault.file, fault.line) == ("scenarios/s2.yaml", 2)


def test_the_scenario_that_made_an_entry_wrong_is_named_and_none_after_it(files: Files) -> None:
    wrong, harmless = "set: {L01: {minimum: 4}}\n", "set: {L01: {priority: 3, title: x}}\n"
    for stack in ([wrong, harmless, harmless], [harmless, wrong], [harmless, harmless, wrong]):
        fault = fault_under(files, *stack)
        assert fault.file == f"scenarios/s{stack.index(wrong) + 1}.yaml"
        assert fault.place == "set.L01"


def test_what_was_wrong_before_is_told_where_it_was(files: Files) -> None:
    files.change(LINES, "0.5,1,3", "0.5,4,3")
    fault = fault_under(files, "set: {L01: {priority: 3}}\n")
    assert (fault.file, fault.line, fault.place) == (LINES, 2, "row 2")


def test_the_later_of_two_scenarios_is_named_for_a_field_that_both_set(files: Files) -> None:
    fault = fault_under(
        files, "set: {FRA-LAND-1: {units: 0}}\n", "set: {FRA-LAND-1: {units: -1}}\n"
    )
    assert (fault.file, fault.value) == ("scenarios/s2.yaml", "-1")


def test_a_fault_of_the_case_keeps_its_place_under_a_scenario(files: Files) -> None:
    files.change(OFFERS, "armour,3,", "armour,x,").change(
        YAML, "months: 12}\n    - {area: london", "months: 12}\n    - {area: londn"
    )
    text = f"remove: {{offers: [FRA-LAND-1]}}\nadd: {{offers: [{EST}]}}\n"
    assert told(faults_under(files, text)) == [
        (OFFERS, 3, "row 3, column units"),
        (YAML, 12, "headquarters.seats[1].area"),
    ]


def test_all_faults_of_all_files_are_told_at_once(files: Files) -> None:
    files.change(OFFERS, "armour,3,", "armour,0,")
    one = "lift: [X]\nset:\n  FRA-LAND-1: {units: 0}\n  Y: {a: 1}\nsort: 1\n"
    two = "remove: {lines: [Z]}\npin:\n  - {offer: A, line: B, from: 0, units: 1}\n"
    assert told(faults_under(files, one, two)) == [
        (OFFERS, 3, "row 3, column units"),
        (WHAT_IF, 1, "lift[0]"),
        (WHAT_IF, 3, "set.FRA-LAND-1.units"),
        (WHAT_IF, 4, "set.Y"),
        (WHAT_IF, 5, "sort"),
        ("scenarios/s2.yaml", 1, "remove.lines[0]"),
        ("scenarios/s2.yaml", 3, "pin[0].from"),
        ("scenarios/s2.yaml", 3, "pin[0].line"),
        ("scenarios/s2.yaml", 3, "pin[0].offer"),
    ]


def test_a_case_that_could_not_be_read_makes_no_name_of_a_scenario_unknown(files: Files) -> None:
    files.replace(OFFERS, "offer,nation\nFRA-LAND-1,FRA\n")
    assert {fault.file for fault in faults_under(files, "set: {DEU-LAND-1: {units: 1}}\n")} == {
        OFFERS
    }
    files = Files(files.folder).change(YAML, "caveats:\n", "caveats: none\nold:\n")
    assert {fault.file for fault in faults_under(files, "lift: [FRA-CEILING]\n")} == {YAML}


def test_a_missing_file_of_the_case_leaves_the_scenario_to_be_checked(files: Files) -> None:
    files.remove(YAML)
    assert told(faults_under(files, "lift: 3\n")) == [(YAML, 0, ""), (WHAT_IF, 1, "lift")]


def test_warnings_name_the_scenario_too(files: Files) -> None:
    text = f"set:\n  L01: {{until: 99}}\nadd:\n  offers:\n    - {EST.replace('infantry', 'armour')}\nforbid: [{{offer: FRA-HQ-1, line: L01}}]\n"
    found = under(files, text).warnings
    assert [(w.file, w.line, w.place) for w in found] == [
        (WHAT_IF, 2, "set.L01.until"),
        (WHAT_IF, 6, "forbid[0]"),
    ]
    assert found[1].message == "is forbidden here, but would not fit L01 anyway"


# What is wrong with the file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("# nothing\n", "is no mapping of overrides"),
        ("[1, 2]\n", "is no mapping of overrides"),
        ("lift: [\n", "is not valid YAML"),
        ("a: 1\n---\nb: 2\n", "holds a second document"),
        ("lift: !!python/object:os.system [X]\n", "tags are not allowed"),
        ("lift: [FRA-CEILING]\nlift: [FRA-CEILING]\n", "stands here twice"),
        ("set: {FRA-LAND-1: {units: 1}, FRA-LAND-1: {units: 2}}\n", "stands here twice"),
        ("lift: *x\n", "refers to nothing before it"),
        (b"title: \xff\n", "is no UTF-8 text"),
        (b"title: a\x00b\n", "holds binary data"),
        ("lift: FRA-CEILING\n", "is no list"),
        ("lift: {FRA-CEILING: 1}\n", "is no list"),
        ("lift: [[FRA-CEILING]]\n", "is no name"),
        ("lift: [3]\n", "is no name"),
        ("set: [FRA-CEILING]\n", "is no mapping"),
        ("set: {FRA-CEILING: lifted}\n", "is no mapping"),
        ("set: {FRA-CEILING: null}\n", "is no mapping"),
        ("set: {5: {units: 1}}\n", "is no name"),
        ("add: [FRA]\n", "is no mapping"),
        ("add: {offers: {offer: X}}\n", "is no list"),
        ("add: {offers: X}\n", "is no list"),
        ("remove: {offers: FRA-HQ-1}\n", "is no list"),
        ("pin: {offer: FRA-LAND-1}\n", "is no list"),
        ("forbid: FRA-LAND-1\n", "is no list"),
        ("title: [a]\n", "is not text"),
        ("title: 3\n", "is not text"),
    ],
)
def test_a_file_that_is_no_scenario_is_told(files: Files, text: str | bytes, message: str) -> None:
    fault = fault_under(files, text)
    assert fault.file == WHAT_IF
    assert fault.message.startswith(message)


def test_aliases_cannot_make_a_small_file_grow(files: Files) -> None:
    lines = ["title: x", "set:", f"  A0: &A0 {{x: [{', '.join('1' * 20)}]}}"]
    lines += [f"  A{i}: &A{i} {{x: [{', '.join([f'*A{i - 1}'] * 20)}]}}" for i in range(1, 8)]
    fault = fault_under(files, "\n".join(lines) + "\n")
    assert "expands to more than 200000 values" in fault.message


def test_a_file_beyond_all_measure_is_refused(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.text_source.MAX_BYTES", 3000)
    fault = fault_under(files, "title: " + "x" * 3000 + "\n")
    assert (fault.file, fault.message) == (WHAT_IF, "is larger than 3,000 bytes")


def test_thousands_of_overrides_are_read(files: Files) -> None:
    added = "\n".join(f"    - {EST.replace('EST-1', f'EST-{i}')}" for i in range(2000))
    case = case_under(
        files,
        f"add:\n  offers:\n{added}\n",
        "set:\n" + "\n".join(f"  EST-{i}: {{units: {i + 1}}}" for i in range(2000)) + "\n",
        "remove: {offers: [" + ", ".join(f"EST-{i}" for i in range(0, 2000, 2)) + "]}\n",
    )
    assert len(case.offers) == 3 + 1000
    assert case.offers[-1].units == 2000


# Which file is meant


def test_a_name_is_a_file_of_the_case_and_a_path_any_file(files: Files, tmp_path: Path) -> None:
    folder = files.write()
    for where in (folder / "scenarios", tmp_path / "mine"):
        where.mkdir()
        (where / "own.yaml").write_text(f"title: {where.name}\n", "utf-8")
        (where / "more.yml").write_text("title: more\n", "utf-8")

    def read(*given: object) -> Case:
        return read_case(folder, scenarios=[str(each) for each in given]).case

    own = (Scenario("own", "scenarios"),)
    assert read("own").scenarios == own
    assert read(folder / "scenarios" / "own.yaml").scenarios == own
    other = tmp_path / "mine" / "own.yaml"
    assert read(other).scenarios == (Scenario("own", "mine", str(other)),)
    more = tmp_path / "mine" / "more.yml"
    case = read("own", more)
    assert case.scenarios == (*own, Scenario("more", "more", str(more)))
    assert {name: len(each) for name, each in case.files.items()} == dict.fromkeys(
        (OFFERS, LINES, YAML, "scenarios/own.yaml", "scenarios/more.yml"), 64
    )


@pytest.mark.parametrize(
    ("given", "value", "message", "allowed"),
    [
        (["owl"], "owl", "is no known scenario", "nearest: own"),
        (["own", "owl"], "owl", "is no known scenario", "nearest: own"),
        (["own", "own"], "own", "is given twice", ""),
        (["own", "elsewhere/own.yaml"], "own", "is given twice", ""),
        ([""], "", "is no known scenario", "own"),
        ([".."], "..", "is no known scenario", ""),
    ],
)
def test_a_scenario_that_is_not_there_is_told_with_the_nearest(
    files: Files, given: list[str], value: str, message: str, allowed: str
) -> None:
    folder = files.write()
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "own.yaml").write_text("title: x\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_case(folder, scenarios=given)
    [fault] = caught.value.faults
    assert (fault.file, fault.value, fault.message) == ("scenarios", value, message)
    assert allowed in fault.allowed


@pytest.mark.parametrize("given", ["none.yaml", "a/b/none", ".", "./", "no\0name.yaml"])
def test_a_file_that_is_not_there_is_told_by_the_path_given(files: Files, given: str) -> None:
    with pytest.raises(InputError) as caught:
        read_case(files.write(), scenarios=[given])
    [fault] = caught.value.faults
    assert fault.file == given
