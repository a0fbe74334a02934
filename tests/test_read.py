"""Reading a case: every fault with its place, all of them at once, and never a traceback."""

from __future__ import annotations

import datetime
import os
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model import caveats, rules
from model.domain import Settings
from model.eligibility import candidates
from model.faults import Fault, InputError, nearest
from model.read import read_case
from tests.conftest import LINES as LINES_TEXT
from tests.conftest import OFFERS as OFFERS_TEXT
from tests.conftest import YAML as YAML_TEXT
from tests.conftest import Files

OFFERS, LINES, YAML = "capabilities.csv", "requirements.csv", "constraints.yaml"
FUZZ = int(os.environ.get("MUSTER_FUZZ", "150"))


def test_the_valid_case_is_read_without_a_warning(files: Files) -> None:
    reading = files.read()
    assert reading.warnings == ()
    assert [offer.offer for offer in reading.case.offers] == [
        "FRA-LAND-1",
        "DEU-LAND-1",
        "FRA-HQ-1",
    ]
    assert reading.case.line_by_id["L01"].elsewhere == (("poland", Fraction(1, 2)),)
    assert set(reading.case.files) == {OFFERS, LINES, YAML}


def test_only_months_and_capabilities_must_be_in_the_yaml(files: Files) -> None:
    files.replace(OFFERS, OFFERS_TEXT.splitlines()[0]).replace(LINES, LINES_TEXT.splitlines()[0])
    case = files.replace(YAML, "calendar: {months: 7}\ncapabilities: {}\n").read().case
    assert (case.calendar.rotation_step, case.defaults.tour, case.defaults.dwell) == (3, 6, 12)
    assert case.priority_weights == {1: 8, 2: 4, 3: 2, 4: 1}
    assert case.roles == ("land", "air", "sea", "training", "hub")
    assert case.tiers == ("critical", "shortfall", "conditional", "personnel")
    assert case.headquarters is None
    assert case.offers == case.lines == case.caveats == case.rules == ()


# One fault each: file, what is changed into what, and where and what the fault must say.
# fmt: off
ONE_FAULT = {
    # offers
    "units negative": (OFFERS, "infantry,6,", "infantry,-1,", 2, "row 2, column units", "-1", "whole number, 1 or more"),
    "units zero": (OFFERS, "infantry,6,", "infantry,0,", 2, "row 2, column units", "0", "whole number, 1 or more"),
    "units a fraction": (OFFERS, "infantry,6,", "infantry,2.5,", 2, "row 2, column units", "2.5", "whole number, 1 or more"),
    "units in words": (OFFERS, "infantry,6,", "infantry,many,", 2, "row 2, column units", "many", "whole number, 1 or more"),
    "units huge": (OFFERS, "infantry,6,", "infantry,9999999999,", 2, "row 2, column units", "9999999999", "whole number"),
    "units blank": (OFFERS, "infantry,6,", "infantry,,", 2, "row 2, column units", "", "a value is required"),
    "personnel negative": (OFFERS, "3,800", "3,-800", 3, "row 3, column personnel", "-800", "whole number, 0 or more"),
    "offer month 0": (OFFERS, "800,2,20", "800,0,20", 3, "row 3, column available_from", "0", "whole number, 1 or more"),
    "offer months reversed": (OFFERS, "800,2,20", "800,20,2", 3, "row 3", "", "available_from at or before available_until"),
    "notice negative": (OFFERS, "20,30,4", "20,-30,4", 3, "row 3, column notice_days", "-30", "0 or more"),
    "tour 0": (OFFERS, "20,30,4,8", "20,30,0,8", 3, "row 3, column tour", "0", "1 or more"),
    "dwell negative": (OFFERS, "20,30,4,8", "20,30,4,-8", 3, "row 3, column dwell", "-8", "0 or more"),
    "basis unknown": (OFFERS, "reported", "guessed", 2, "row 2, column basis", "guessed", "'reported', 'inferred' or 'assumed'"),
    "as_of no date": (OFFERS, "2026-01-06", "6 Jan 2026", 2, "row 2, column as_of", "6 Jan 2026", "ISO date"),
    "offer id blank": (OFFERS, "FRA-HQ-1,FRA", ",FRA", 4, "row 4, column offer", "", "a value is required"),
    "offer id with blanks": (OFFERS, "FRA-HQ-1,FRA", "FRA HQ 1,FRA", 4, "row 4, column offer", "FRA HQ 1", "text without blanks"),
    "offer twice": (OFFERS, "DEU-LAND-1,DEU", "FRA-LAND-1,DEU", 3, "row 3, column offer", "FRA-LAND-1", "ids are unique"),
    "nation unknown": (OFFERS, "FRA-HQ-1,FRA", "FRA-HQ-1,FRX", 4, "row 4, column nation", "FRX", "FRA"),
    "nation in words": (OFFERS, "FRA-HQ-1,FRA", "FRA-HQ-1,France", 4, "row 4, column nation", "France", "France is FRA"),
    "capability unknown": (OFFERS, "DEU,armour", "DEU,armor", 3, "row 3, column capability", "armor", "nearest: armour"),
    # lines
    "line twice": (LINES, "L02,", "L01,", 3, "row 3, column line", "L01", "ids are unique"),
    "line with an offer's id": (LINES, "L02,", "FRA-HQ-1,", 3, "row 3, column line", "FRA-HQ-1", "ids are unique over"),
    "role unknown": (LINES, "Battalions,land", "Battalions,lend", 2, "row 2, column role", "lend", "nearest: land"),
    "line capability unknown": (LINES, "infantry", "cavalry", 2, "row 2, column capability", "cavalry", "armour, infantry, staff"),
    "area unknown": (LINES, "kyiv", "kiev", 2, "row 2, column area", "kiev", "nearest: kyiv"),
    "minimum above target": (LINES, "0.5,1,3", "0.5,4,3", 2, "row 2", "", "0 <= minimum <= target"),
    "minimum negative": (LINES, "0.5,1,3", "0.5,-1,3", 2, "row 2, column minimum", "-1", "0 or more"),
    "target 0": (LINES, "hq_next,,0,1", "hq_next,,0,0", 4, "row 4, column target", "0", "above 0"),
    "target in words": (LINES, "hq_next,,0,1", "hq_next,,0,one", 4, "row 4, column target", "one", "a number above 0"),
    "line month 0": (LINES, "0.5,1,3,,", "0.5,1,3,0,", 2, "row 2, column from", "0", "1 or more"),
    "line months reversed": (LINES, "0.5,1,3,,", "0.5,1,3,9,8", 2, "row 2", "", "from at or before until"),
    "priority 5": (LINES, ",,,1,,assumed", ",,,5,,assumed", 2, "row 2, column priority", "5", "from 1 to 4"),
    "max_nations 0": (LINES, ",,,1,,assumed", ",,,1,0,assumed", 2, "row 2, column max_nations", "0", "1 or more"),
    "elsewhere without rate": (LINES, "poland:0.5", "poland", 2, "row 2, column elsewhere", "poland", "area:rate"),
    "elsewhere with blank rate": (LINES, "poland:0.5", "poland:", 2, "row 2, column elsewhere", "poland:", "area:rate"),
    "elsewhere with a word": (LINES, "poland:0.5", "poland:x", 2, "row 2, column elsewhere", "poland:x", "area:rate"),
    "elsewhere negative": (LINES, "poland:0.5", "poland:-1", 2, "row 2, column elsewhere", "poland:-1", "above 0"),
    "elsewhere zero": (LINES, "poland:0.5", "poland:0", 2, "row 2, column elsewhere", "poland:0", "above 0"),
    "elsewhere without area": (LINES, "poland:0.5", ":0.5", 2, "row 2, column elsewhere", ":0.5", "area:rate"),
    "elsewhere twice": (LINES, "poland:0.5", "poland:0.5 poland:1", 2, "row 2, column elsewhere", "poland:1", "area:rate"),
    "elsewhere unknown": (LINES, "poland:0.5", "polen:0.5", 2, "row 2, column elsewhere", "polen", "nearest: poland"),
    "elsewhere the line's own": (LINES, "poland:0.5", "kyiv:0.5", 2, "row 2, column elsewhere", "kyiv", ""),
    "elsewhere at the seat": (LINES, "poland:0.5", "hq:0.5", 2, "row 2, column elsewhere", "hq", "poland"),
    "elsewhere on an hq line": (LINES, "hq,,1,2", "hq,poland:0.5,1,2", 3, "row 3, column elsewhere", "poland", "allowed: blank"),
    "elsewhere on an hq_next line": (LINES, "hq_next,,", "hq_next,poland:1,", 4, "row 4, column elsewhere", "poland", "allowed: blank"),
    # calendar, defaults, headquarters
    "months 0": (YAML, "months: 24", "months: 0", 2, "calendar.months", "0", "1 or more"),
    "months a fraction": (YAML, "months: 24", "months: 2.5", 2, "calendar.months", "2.5", "whole number"),
    "months far too many": (YAML, "months: 24", "months: 601", 2, "calendar", "", "1 to 600"),
    "months true": (YAML, "months: 24", "months: true", 2, "calendar.months", "True", "whole number"),
    "no calendar": (YAML, "calendar: {months: 24, c_day: null, rotation_step: 3}", "", 1, "calendar", "", "a value is required"),
    "no months": (YAML, "months: 24, ", "", 2, "calendar.months", "", "a value is required"),
    "grid 0": (YAML, "rotation_step: 3", "rotation_step: 0", 2, "calendar.rotation_step", "0", "1 or more"),
    "c_day no date": (YAML, "c_day: null", "c_day: soon", 2, "calendar.c_day", "soon", "ISO date"),
    "c_day a number": (YAML, "c_day: null", "c_day: 20260101", 2, "calendar.c_day", "20260101", "ISO date"),
    "calendar misspelt field": (YAML, "rotation_step", "rotation", 2, "calendar.rotation", "rotation", "nearest: rotation_step"),
    "seat unknown": (YAML, "area: london", "area: londres", 12, "headquarters.seats[1].area", "londres", "nearest: london"),
    "seat without months": (YAML, "area: london, months: 12", "area: london", 12, "headquarters.seats[1].months", "", "required"),
    "advance negative": (YAML, "headquarters:", "headquarters:\n  advance_months: -1", 10, "headquarters.advance_months", "-1", "0 or more"),
    "section unknown": (YAML, "nations:\n", "nation:\n", 19, "nation", "nation", "nearest: nations"),
    "section a key that is a number": (YAML, "rules: []", "7: []", 36, "[7]", "7", "known"),
    # areas, capabilities, substitutions, nations, conditions
    "area within itself": (YAML, "ukraine: {}", "ukraine: {within: ukraine}", 4, "areas.ukraine.within", "ukraine", ""),
    "area within nothing": (YAML, "within: ukraine", "within: ukrain", 5, "areas.kyiv.within", "ukrain", "nearest: ukraine"),
    "area called hq": (YAML, "poland: {}", "poland: {}\n  hq: {}", 7, "areas.hq", "hq", ""),
    "areas a list": (YAML, "areas:\n  ukraine: {}\n  kyiv: {within: ukraine}\n  poland: {}\n  paris: {}\n  london: {}", "areas: [kyiv]", 3, "areas", "['kyiv']", "id: {fields}"),
    "area id a number": (YAML, "poland: {}", "poland: {}\n  7: {}", 7, "areas[7]", "7", "in quotes"),
    "capability role unknown": (YAML, "Staff, role: hub", "Staff, role: hubs", 16, "capabilities.staff.role", "hubs", "nearest: hub"),
    "substitution by itself": (YAML, "serves: infantry", "serves: armour", 18, "substitutions[0].serves", "armour", ""),
    "substitution twice": (YAML, "rate: 0.8}", "rate: 0.8}\n  - {offered: armour, serves: infantry, rate: 1}", 19, "substitutions[1].serves", "infantry", ""),
    "substitution at 0": (YAML, "rate: 0.8", "rate: 0", 18, "substitutions[0].rate", "0", "above 0"),
    "substitution negative": (YAML, "rate: 0.8", "rate: -1", 18, "substitutions[0].rate", "-1", "above 0"),
    "substitution unknown": (YAML, "serves: infantry", "serves: infanty", 18, "substitutions[0].serves", "infanty", "nearest: infantry"),
    "nation section unknown": (YAML, "FRA: {name", "FRX: {name", 20, "nations.FRX", "FRX", "FRA"),
    "share_key 0": (YAML, "share_key: 0.18", "share_key: 0", 20, "nations.FRA.share_key", "0", "above 0"),
    "probability of a condition": (YAML, "probability: 0.6", "probability: 1.5", 22, "conditions.us_backstop.probability", "1.5", "from 0 to 1"),
    "holds no truth": (YAML, "holds: true", "holds: yes", 22, "conditions.us_backstop.holds", "yes", "true, false"),
    "weights incomplete": (YAML, "rules: []", "priority_weights: {1: 8, 2: 4, 3: 2}", 36, "priority_weights", "", "1, 2, 3, 4"),
    "weight 0": (YAML, "rules: []", "priority_weights: {1: 8, 2: 4, 3: 2, 4: 0}", 36, "priority_weights[4]", "0", "above 0"),
    "weight of priority 5": (YAML, "rules: []", "priority_weights: {1: 8, 2: 4, 3: 2, 4: 1, 5: 1}", 36, "priority_weights[5]", "5", "1, 2, 3, 4"),
    "role twice": (YAML, "rules: []", "roles: [land, scout, scout]", 36, "roles[2]", "scout", "each role once"),
    "tier twice": (YAML, "conditional, personnel", "critical, personnel", 37, "tiers[2]", "critical", "each tier once"),
    "tier unknown": (YAML, "conditional, personnel", "conditionnal, personnel", 37, "tiers[2]", "conditionnal", "nearest: conditional"),
    "tiers no list": (YAML, "tiers: [critical, shortfall, conditional, personnel]", "tiers: critical", 37, "tiers", "critical", "such as"),
    # caveats
    "caveats a mapping": (YAML, "rules: []", "rules: {}", 36, "rules", "{}", "- {fields}"),
    "caveat no mapping": (YAML, "rules: []", "  - exclusion\nrules: []", 36, "caveats[2]", "exclusion", "fields and values"),
    "kind unknown": (YAML, "kind: ceiling", "kind: cieling", 32, "caveats[1].kind (FRA-CEILING)", "cieling", "nearest: ceiling"),
    "kind missing": (YAML, "    kind: ceiling\n", "", 31, "caveats[1].kind (FRA-CEILING)", "", "known: approval, avoid"),
    "id missing": (YAML, "  - id: FRA-CEILING\n    kind: ceiling", "  - kind: ceiling", 31, "caveats[1].id", "", "required"),
    "id a number": (YAML, "id: FRA-CEILING", "id: 12", 31, "caveats[1].id", "12", "in quotes"),
    "caveat id taken": (YAML, "id: FRA-CEILING", "id: us_backstop", 22, "conditions.us_backstop", "us_backstop", "ids are unique"),
    "field unknown": (YAML, "personnel: 2100", "persons: 2100\n    units: 3", 35, "caveats[1].persons (FRA-CEILING)", "persons", "personnel"),
    "field of another kind": (YAML, "personnel: 2100", "units: 3\n    barred: [kyiv]", 36, "caveats[1].barred (FRA-CEILING)", "barred", "known"),
    "applies_to field unknown": (YAML, "roles: [land]", "role: [land]", 34, "caveats[1].applies_to.role (FRA-CEILING)", "role", "nearest: roles"),
    "applies_to empty": (YAML, "areas: [ukraine]", "areas: []", 34, "caveats[1].applies_to.areas (FRA-CEILING)", "[]", "at least one name"),
    "applies_to no list": (YAML, "areas: [ukraine]", "areas: ukraine", 34, "caveats[1].applies_to.areas (FRA-CEILING)", "ukraine", "a list of names"),
    "applies_to twice the same": (YAML, "areas: [ukraine]", "areas: [kyiv, kyiv]", 34, "caveats[1].applies_to.areas (FRA-CEILING)", "['kyiv', 'kyiv']", "each name once"),
    "caveat area unknown": (YAML, "areas: [ukraine]", "areas: [ukraine, crimea]", 34, "caveats[1].applies_to.areas[1] (FRA-CEILING)", "crimea", "known: kyiv, london"),
    "caveat area hq": (YAML, "areas: [ukraine]", "areas: [hq]", 34, "caveats[1].applies_to.areas[0] (FRA-CEILING)", "hq", "known: kyiv"),
    "caveat role unknown": (YAML, "roles: [land]", "roles: [lnd]", 34, "caveats[1].applies_to.roles[0] (FRA-CEILING)", "lnd", "nearest: land"),
    "caveat line unknown": (YAML, "roles: [land]", "lines: [L1]", 34, "caveats[1].applies_to.lines[0] (FRA-CEILING)", "L1", "nearest: L01"),
    "caveat offer unknown": (YAML, "roles: [land]", "offers: [FRA-LAND-2]", 34, "caveats[1].applies_to.offers[0] (FRA-CEILING)", "FRA-LAND-2", "nearest: FRA-LAND-1"),
    "caveat capability unknown": (YAML, "roles: [land]", "capabilities: [inf]", 34, "caveats[1].applies_to.capabilities[0] (FRA-CEILING)", "inf", "armour, infantry"),
    "caveat nation unknown": (YAML, "    nation: DEU", "    nation: GER", 26, "caveats[0].nation (DEU-BUNDESTAG)", "GER", "ISO 3166"),
    "caveat nations unknown": (YAML, "    nation: DEU", "    nations: [DEU, GER]", 26, "caveats[0].nations[1] (DEU-BUNDESTAG)", "GER", "ISO 3166"),
    "caveat of nobody": (YAML, "    nation: DEU\n", "", 24, "caveats[0] (DEU-BUNDESTAG)", "", "exactly one of the two"),
    "nation and nations": (YAML, "    nation: DEU", "    nation: DEU\n    nations: [DEU]", 24, "caveats[0] (DEU-BUNDESTAG)", "", "exactly one of the two"),
    "ceiling without bound": (YAML, "    personnel: 2100\n", "", 31, "caveats[1] (FRA-CEILING)", "", "personnel, units"),
    "ceiling negative": (YAML, "personnel: 2100", "personnel: -1", 35, "caveats[1].personnel (FRA-CEILING)", "-1", "0 or more"),
    "pending without probability": (YAML, "    probability: 0.5\n", "", 24, "caveats[0] (DEU-BUNDESTAG)", "", "probability: 0 to 1"),
    "probability of a vote": (YAML, "probability: 0.5", "probability: 1.5", 30, "caveats[0].probability (DEU-BUNDESTAG)", "1.5", "from 0 to 1"),
    "probability in words": (YAML, "probability: 0.5", "probability: high", 30, "caveats[0].probability (DEU-BUNDESTAG)", "high", "from 0 to 1"),
    "status unknown": (YAML, "status: pending", "status: maybe", 28, "caveats[0].status (DEU-BUNDESTAG)", "maybe", "'granted', 'pending' or 'refused'"),
    "vote months reversed": (YAML, "month: 4", "month: 4\n    until: 3", 24, "caveats[0] (DEU-BUNDESTAG)", "", "month <= until"),
    "vote month 0": (YAML, "month: 4", "month: 0", 29, "caveats[0].month (DEU-BUNDESTAG)", "0", "1 or more"),
    "active no truth": (YAML, "month: 4", "active: no", 29, "caveats[0].active (DEU-BUNDESTAG)", "no", "true, false"),
    "expires no date": (YAML, "month: 4", "expires: never", 29, "caveats[0].expires (DEU-BUNDESTAG)", "never", "ISO date"),
    "basing without areas": (YAML, "rules: []", "  - {id: B, kind: basing, nation: FRA}\nrules: []", 36, "caveats[2] (B)", "", "allowed, barred"),
    "basing area unknown": (YAML, "rules: []", "  - {id: B, kind: basing, nation: FRA, barred: [kyiw]}\nrules: []", 36, "caveats[2].barred[0] (B)", "kyiw", "nearest: kyiv"),
    "condition unknown": (YAML, "rules: []", "  - {id: B, kind: condition, nation: FRA, requires: [us]}\nrules: []", 36, "caveats[2].requires[0] (B)", "us", "us_backstop"),
    "condition without names": (YAML, "rules: []", "  - {id: B, kind: condition, nation: FRA, requires: []}\nrules: []", 36, "caveats[2].requires (B)", "[]", "at least one name"),
    "reserve without bound": (YAML, "rules: []", "  - {id: B, kind: reserve, nation: FRA}\nrules: []", 36, "caveats[2] (B)", "", "units, fraction"),
    "reserve above 1": (YAML, "rules: []", "  - {id: B, kind: reserve, nation: FRA, fraction: 1.1}\nrules: []", 36, "caveats[2].fraction (B)", "1.1", "from 0 to 1"),
    "endurance without bound": (YAML, "rules: []", "  - {id: B, kind: endurance, nation: FRA}\nrules: []", 36, "caveats[2] (B)", "", "tour, dwell, max_months"),
    "endurance tour 0": (YAML, "rules: []", "  - {id: B, kind: endurance, nation: FRA, tour: 0}\nrules: []", 36, "caveats[2].tour (B)", "0", "1 or more"),
    "rule kind unknown": (YAML, "rules: []", "rules:\n  - {id: R, kind: lead}", 37, "rules[0].kind (R)", "lead", "lead_nation"),
}
# fmt: on


@pytest.mark.parametrize("fault", ONE_FAULT.values(), ids=ONE_FAULT)
def test_a_fault_names_file_line_place_value_and_what_is_allowed(
    files: Files, fault: tuple[str, str, str, int, str, str, str]
) -> None:
    file, old, new, line, place, value, allowed = fault
    found = files.change(file, old, new).fault()
    assert (found.file, found.line, found.place) == (file, line, place), str(found)
    assert found.value == value
    assert allowed in found.allowed
    assert found.message


def test_a_fault_reads_as_place_value_and_what_is_allowed(files: Files) -> None:
    said = str(files.change(OFFERS, "infantry,6,", "infantry,-1,").fault())
    assert said == (
        "capabilities.csv:2: row 2, column units: '-1': is not allowed here; "
        "allowed: a whole number, 1 or more"
    )


# Several faults at once


def test_faults_of_all_three_files_come_at_once_and_in_order(files: Files) -> None:
    files.change(OFFERS, "infantry,6,", "infantry,-1,").change(OFFERS, "DEU,armour", "DEU,armor")
    files.change(LINES, "Battalions,land", "Battalions,lend").change(
        LINES, "hq_next,,0,1", "hq_next,,0,0"
    )
    files.change(YAML, "months: 24", "months: 0").change(
        YAML, "areas: [ukraine]", "areas: [ukrain]"
    )
    files.change(YAML, "conditional, personnel", "conditional, persons")
    assert [(fault.file, fault.line, fault.place, fault.value) for fault in files.faults()] == [
        (OFFERS, 2, "row 2, column units", "-1"),
        (OFFERS, 3, "row 3, column capability", "armor"),
        (YAML, 2, "calendar.months", "0"),
        (YAML, 34, "caveats[1].applies_to.areas[0] (FRA-CEILING)", "ukrain"),
        (YAML, 37, "tiers[3]", "persons"),
        (LINES, 2, "row 2, column role", "lend"),
        (LINES, 4, "row 4, column target", "0"),
    ]


def test_a_faulty_entry_does_not_move_the_places_of_those_after_it(files: Files) -> None:
    files.change(YAML, "rate: 0.8}", "rate: 0}\n  - {offered: armour, serves: inf, rate: 1}")
    files.change(YAML, "status: pending", "status: maybe").change(
        YAML, "roles: [land]", "roles: [lnd]"
    )
    assert [(fault.line, fault.place) for fault in files.faults()] == [
        (18, "substitutions[0].rate"),
        (19, "substitutions[1].serves"),
        (29, "caveats[0].status (DEU-BUNDESTAG)"),
        (35, "caveats[1].applies_to.roles[0] (FRA-CEILING)"),
    ]


def test_a_faulty_entry_does_not_make_its_name_unknown(files: Files) -> None:
    files.change(OFFERS, "infantry,6,", "infantry,-1,").change(LINES, "0.5,1,3", "0.5,4,3")
    files.change(YAML, "kyiv: {within: ukraine}", "kyiv: {inside: ukraine}")
    files.change(YAML, "title: Staff, role: hub", "role: [hub]")
    files.change(YAML, "roles: [land]", "offers: [FRA-LAND-1], lines: [L01]")
    assert [fault.place for fault in files.faults()] == [
        "row 2, column units",
        "areas.kyiv.inside",
        "capabilities.staff.role",
        "row 2",
    ]


def test_all_faults_of_one_row_come_at_once(files: Files) -> None:
    files.change(OFFERS, "DEU,armour,3,800,2,20,", "DEU,armor,-3,800,20,2,")
    files.change(OFFERS, "inferred", "guessed")
    files.change(LINES, "kyiv,poland:0.5,1,3,,,1", "kiev,poland:0.5,4,3,9,2,1")
    assert [(fault.line, fault.place, fault.value) for fault in files.faults()] == [
        (3, "row 3", ""),
        (3, "row 3, column basis", "guessed"),
        (3, "row 3, column capability", "armor"),
        (3, "row 3, column units", "-3"),
        (2, "row 2", ""),
        (2, "row 2", ""),
        (2, "row 2, column area", "kiev"),
    ]


def test_a_value_that_is_blank_leaves_the_rest_of_its_row_to_be_checked(files: Files) -> None:
    files.change(OFFERS, "FRA-LAND-1,FRA,infantry,6,700,,", ",,infantri,6,700,9,2")
    files.change(LINES, "Battalions,land,infantry,kyiv", "Battalions,,,kiev")
    assert [(fault.place, fault.value) for fault in files.faults()] == [
        ("row 2", ""),
        ("row 2, column capability", "infantri"),
        ("row 2, column nation", ""),
        ("row 2, column offer", ""),
        ("row 2, column area", "kiev"),
        ("row 2, column capability", ""),
        ("row 2, column role", ""),
    ]


def test_a_range_is_not_held_against_a_value_that_is_faulty_itself(files: Files) -> None:
    files.change(OFFERS, "800,2,20", "800,x,20").change(LINES, "0.5,1,3", "0.5,5,x")
    assert [(fault.place, fault.value) for fault in files.faults()] == [
        ("row 3, column available_from", "x"),
        ("row 2, column target", "x"),
    ]


@pytest.mark.parametrize(
    ("entry", "places"),
    [
        (
            "kind: cieling, nation: FRX, applies_to: {lines: [L9], areas: [kiev]}, personnel: 1",
            ["applies_to.areas[0]", "applies_to.lines[0]", "kind", "nation"],
        ),
        ("nations: [FRA, FRX], as_of: soon", ["as_of", "kind", "nations[1]"]),
        ("kind: ceiling, nation: FRX, applies_to: {lines: [L9]}", ["", "applies_to.lines[0]", "nation"]),
        ("kind: basing, nation: FRX, applies_to: {lines: [L9]}", ["", "applies_to.lines[0]", "nation"]),
        ("kind: exclusion, applies_to: {lines: [L9]}", ["", "applies_to.lines[0]"]),
        ("kind: exclusion, nation: FRX, nations: [FRA]", ["", "nation"]),
        (
            "kind: approval, nation: FRX, status: pending, month: 9, until: 3",
            ["", "", "nation"],
        ),
        ("kind: partner, nation: FRX", ["nation", "with"]),
        ("kind: basing, nation: FRX, bared: [kyiv]", ["bared", "nation"]),
        ("kind: basing, naton: FRA, barred: [kiev]", ["barred[0]", "naton"]),
    ],
    ids=["kind", "no kind", "bound", "basing", "nobody", "both", "vote", "with", "misspelt", "misspelt nation"],
)  # fmt: skip
def test_all_faults_of_one_caveat_come_at_once(files: Files, entry: str, places: list[str]) -> None:
    files.change(YAML, "rules: []", f"  - {{id: NEW, {entry}}}\nrules: []")
    found = sorted(fault.place for fault in files.faults())
    said = sorted(f"caveats[2].{place} (NEW)" if place else "caveats[2] (NEW)" for place in places)
    assert found == said


def test_all_faults_of_one_rule_come_at_once(files: Files) -> None:
    entry = "{id: NEW, kind: area_capacity, area: kiev, personnel: -1, from: 9, until: 3}"
    files.change(YAML, "rules: []", f"rules:\n  - {entry}\n  - {{id: N2, kind: lif, active: 1}}")
    assert [fault.place for fault in files.faults()] == [
        "rules[0] (NEW)",
        "rules[0].area (NEW)",
        "rules[0].personnel (NEW)",
        "rules[1].active (N2)",
        "rules[1].kind (N2)",
    ]


@pytest.mark.parametrize("content", ["", b"\xff\xfe", None], ids=["empty", "binary", "missing"])
def test_a_table_that_cannot_be_read_leaves_the_rest_to_be_checked(
    files: Files, content: str | bytes | None
) -> None:
    files.change(LINES, "hq_next,,0,1", "hq_next,,0,0").change(YAML, "nation: DEU", "nation: DEX")
    files.change(YAML, "roles: [land]", "offers: [FRA-LAND-9], lines: [L9]")
    files.change(LINES, "staff,hq,", "staf,hq,").change(YAML, "kind: ceiling", "kind: cieling")
    if content is None:
        files.remove(OFFERS)
    else:
        files.replace(OFFERS, content)
    # Whether there is an offer FRA-LAND-9 nobody can tell.
    assert [(fault.file, fault.place) for fault in files.faults()][1:] == [
        (YAML, "caveats[0].nation (DEU-BUNDESTAG)"),
        (YAML, "caveats[1].kind (FRA-CEILING)"),
        (YAML, "caveats[1].applies_to.lines[0] (FRA-CEILING)"),
        (LINES, "row 3, column capability"),
        (LINES, "row 4, column target"),
    ]


def test_nations_are_checked_without_the_yaml_too(files: Files) -> None:
    files.change(OFFERS, "DEU,armour", "DEX,armor").change(OFFERS, "FRA,staff", "XAA,staff")
    found = files.replace(YAML, "a: [").faults()
    assert [(fault.file, fault.value) for fault in found] == [(OFFERS, "DEX"), (YAML, "")]


def test_an_unknown_section_leaves_offers_lines_and_nations_to_be_checked(files: Files) -> None:
    files.change(YAML, "conditions:\n", "condition:\n").change(OFFERS, "DEU,armour", "DEX,armour")
    files.change(YAML, "roles: [land]", "lines: [L9]")
    assert [fault.place for fault in files.faults()] == [
        "row 3, column nation",
        "condition",
        "caveats[1].applies_to.lines[0] (FRA-CEILING)",
    ]


def test_names_half_alike_are_told_where_there_are_too_many_to_list() -> None:
    many = [f"area_{i}" for i in range(20)]
    assert nearest("kiew", [*many, "kyiv"]) == "nearest: kyiv"
    assert nearest("kiew", ["kyiv", "odesa"]) == "known: kyiv, odesa"
    assert nearest("xx", [*many, "kyiv"]).endswith(" and 13 more")


def test_of_names_as_like_those_that_begin_the_same_come_first(files: Files) -> None:
    fault = files.change(OFFERS, "DEU,armour", "DEX,armour").fault()
    assert fault.allowed.startswith("ISO 3166 alpha-3; nearest: DEU")


def test_a_number_beyond_all_measure_is_said_to_be_too_large(files: Files) -> None:
    found = files.change(OFFERS, "infantry,6,", "infantry,60000000000000,").fault()
    assert found.message == "is too large a number"
    files.change(OFFERS, "60000000000000,", "6,")
    found = files.change(LINES, "0.5,1,3", "0.5,1,3000000000000000").fault()
    assert found.message == "is too large a number"
    files.change(LINES, "3000000000000000", "3").change(LINES, "poland:0.5", "poland:2000000000")
    assert files.fault().value == "poland:2000000000"


def test_a_seat_with_a_misspelt_field_is_told_what_is_missing_and_what_is_meant(
    files: Files,
) -> None:
    files.change(YAML, "area: london, months", "area: london, month")
    assert [(f.line, f.place, f.allowed) for f in files.faults()] == [
        (12, "headquarters.seats[1].month", "nearest: months"),
        (12, "headquarters.seats[1].months", "a value is required"),
    ]


def test_missing_capabilities_are_one_fault_and_not_one_for_every_offer(files: Files) -> None:
    files.change(YAML, "capabilities:\n", "capability:\n")
    assert [(fault.place, fault.line) for fault in files.faults()] == [
        ("capabilities", 1),
        ("capability", 13),
    ]


def test_areas_in_a_circle_are_all_named(files: Files) -> None:
    files.change(YAML, "ukraine: {}", "ukraine: {within: kyiv}")
    assert [(f.line, f.place) for f in files.faults()] == [
        (4, "areas.ukraine.within"),
        (5, "areas.kyiv.within"),
    ]


def test_hq_lines_without_headquarters_are_all_named(files: Files) -> None:
    seats = "headquarters:\n  seats:\n    - {area: paris, months: 12}\n"
    files.change(YAML, seats + "    - {area: london, months: 12}\n", "")
    found = files.faults()
    assert [(f.file, f.place, f.value) for f in found] == [
        (LINES, "row 3, column area", "hq"),
        (LINES, "row 4, column area", "hq_next"),
    ]
    assert all("headquarters" in fault.message for fault in found)


@pytest.mark.parametrize("seats", ["seats: []", "seats: null", "seats: paris", "{}"])
def test_a_headquarters_without_seats_is_one_fault(files: Files, seats: str) -> None:
    old = "\n  seats:\n    - {area: paris, months: 12}\n    - {area: london, months: 12}"
    fault = files.change(YAML, old, f" {{{seats}}}" if seats != "{}" else " {}").fault()
    assert (fault.file, fault.line) == (YAML, 9)
    assert fault.place.startswith("headquarters")


# Whole files


@pytest.mark.parametrize("file", [OFFERS, LINES, YAML])
def test_a_missing_file_is_named(files: Files, file: str) -> None:
    fault = files.remove(file).fault()
    assert (fault.file, fault.line) == (file, 0)
    assert fault.message.startswith("is missing in ")


def test_three_missing_files_are_three_faults(files: Files) -> None:
    found = files.remove(OFFERS).remove(LINES).remove(YAML).faults()
    assert {fault.file for fault in found} == {OFFERS, LINES, YAML}


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_case(tmp_path / "nothing")
    assert [fault.file for fault in caught.value.faults] == [str(tmp_path / "nothing")]


@pytest.mark.parametrize("file", [OFFERS, LINES, YAML])
@pytest.mark.parametrize("content", ["", " \n\t\n", "\ufeff", "\ufeff\r\n"])
def test_an_empty_file_is_named(files: Files, file: str, content: str) -> None:
    fault = files.replace(file, content).fault()
    assert (fault.file, fault.message) == (file, "is empty")


@pytest.mark.parametrize("file", [OFFERS, LINES, YAML])
def test_a_folder_in_the_place_of_a_file_is_named(files: Files, file: str) -> None:
    folder = files.remove(file).write()
    (folder / file).mkdir()
    fault = files.fault()
    assert (fault.file, fault.message) == (file, "is no file")


@pytest.mark.parametrize("file", [OFFERS, LINES, YAML])
def test_a_file_that_may_not_be_read_is_named(
    files: Files, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == file:
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    fault = files.fault()
    assert (fault.file, fault.message) == (file, "cannot be read: Permission denied")


@pytest.mark.parametrize("file", [OFFERS, LINES, YAML])
@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"one\ntwo\x00\n", 2, "holds binary data"),
        (b"one\ntwo\x1b[1m\n", 2, "holds binary data"),
        (b"\x89PNG\r\n\x1a\n", 1, "is no UTF-8 text"),
        (b"one\ntwo\n\xff\n", 3, "is no UTF-8 text"),
        ("Größe\n".encode("latin-1"), 1, "is no UTF-8 text"),
        ("offer\n".encode("utf-16"), 1, "is no UTF-8 text"),
    ],
)
def test_a_binary_file_is_named_with_the_line(
    files: Files, file: str, content: bytes, line: int, message: str
) -> None:
    fault = files.replace(file, content).fault()
    assert (fault.file, fault.line, fault.message) == (file, line, message)


def test_a_file_beyond_all_measure_is_refused(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.text_source.MAX_BYTES", 500)
    assert [fault.file for fault in files.faults()] == [YAML]


@pytest.mark.parametrize(
    "root", ["[1, 2]\n", "- calendar: {months: 3}\n", "word\n", "12\n", "# x\n"]
)
def test_a_yaml_file_that_is_no_mapping_is_named(files: Files, root: str) -> None:
    fault = files.replace(YAML, root).fault()
    assert fault.file == YAML
    assert fault.message == "is no mapping of sections"


def test_a_yaml_file_that_does_not_parse_leaves_the_tables_to_be_checked(files: Files) -> None:
    files.change(YAML, "tiers: [", "tiers: [[").change(OFFERS, "infantry,6,", "infantry,-1,")
    files.change(LINES, "0.5,1,3", "0.5,4,3")
    found = files.faults()
    assert [fault.file for fault in found] == [OFFERS, YAML, LINES]
    assert found[1].line >= 37
    assert found[1].message.startswith("is not valid YAML")


@pytest.mark.parametrize(
    ("old", "new", "line", "value"),
    [
        ("rules: []", "rules: !!python/object/apply:os.system [ls]", 36, "tag:yaml.org,2002:python/object/apply:os.system"),
        ("rules: []", "rules: !foo []", 36, "!foo"),
        ("rules: []", "rules: *a", 36, "*a"),
        ("rules: []", "rules: &a [*a]", 36, "*a"),
        ("rules: []", "caveats: []", 36, "caveats"),
        ("rules: []", "rules: []\n---\na: 1", 37, ""),
        ("rules: []", "rules: " + "[" * 50 + "]" * 50, 0, ""),
    ],
    ids=["object", "tag", "alias", "itself", "twice", "second", "deep"],
)  # fmt: skip
def test_what_yaml_must_not_do_is_named_in_its_line(
    files: Files, old: str, new: str, line: int, value: str
) -> None:
    fault = files.change(YAML, old, new).fault()
    assert (fault.file, fault.line, fault.value) == (YAML, line, value)


# Warnings


def test_months_beyond_the_horizon_are_clipped_with_a_warning(files: Files) -> None:
    files.change(OFFERS, "800,2,20", "800,2,40").change(LINES, "0.5,1,3,,", "0.5,1,3,3,25")
    files.change(YAML, "month: 4", "month: 25\n    until: 30")
    reading = files.read()
    assert [(each.file, each.line, each.place, each.value) for each in reading.warnings] == [
        (OFFERS, 3, "row 3, column available_until", "40"),
        (LINES, 2, "row 2, column until", "25"),
        (YAML, 29, "caveats[0].month (DEU-BUNDESTAG)", "25"),
        (YAML, 30, "caveats[0].until (DEU-BUNDESTAG)", "30"),
    ]
    assert all("horizon of 24 months" in each.message for each in reading.warnings)
    assert reading.case.open_months(reading.case.offers[1]) == range(2, 25)
    assert reading.case.demanded(reading.case.lines[0]) == tuple(range(3, 25))


def test_a_range_wholly_beyond_the_horizon_is_no_error(files: Files) -> None:
    reading = files.change(LINES, "0.5,1,3,,", "0.5,1,3,30,40").read()
    assert reading.case.demanded(reading.case.lines[0]) == ()
    said = [(each.place, each.value) for each in reading.warnings]
    assert ("row 2, column from", "30") in said
    assert ("row 2, column line", "L01") in said


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "value", "message"),
    [
        (OFFERS, "DEU,armour", "DEU,lone", "row 3, column offer", "DEU-LAND-1", "no line wants"),
        (LINES, "kyiv,poland:0.5,1,3", "kyiv,,1,3", "row 2, column line", "L01", "no offer fits"),
        (OFFERS, "20,30,4", "20,600,4", "row 3, column offer", "DEU-LAND-1", "never available"),
        (YAML, "nation: FRA", "nation: ITA", "caveats[1].id (FRA-CEILING)", "FRA-CEILING", "binds nothing"),
        (YAML, "roles: [land]", "roles: [sea]", "caveats[1].id (FRA-CEILING)", "FRA-CEILING", "binds nothing"),
        (YAML, "areas: [ukraine]", "areas: [london]", "caveats[1].id (FRA-CEILING)", "FRA-CEILING", "binds nothing"),
        (YAML, "month: 4", "expires: 2026-06-30", "caveats[0].expires (DEU-BUNDESTAG)", "2026-06-30", "until someone lifts it"),
    ],
)  # fmt: skip
def test_what_is_legal_but_odd_is_a_warning_with_its_place(
    files: Files, file: str, old: str, new: str, place: str, value: str, message: str
) -> None:
    if new == "DEU,lone":
        files.change(YAML, "  staff: {title", "  lone: {}\n  staff: {title")
    if message == "no offer fits":
        files.change(OFFERS, "FRA,infantry", "FRA,staff").change(OFFERS, "DEU,armour", "DEU,staff")
    found = files.change(file, old, new).warnings(Settings(today=datetime.date(2026, 7, 1)))
    said = [each for each in found if message in each.message]
    assert [(each.file, each.place, each.value) for each in said] == [(file, place, value)]
    assert said[0].line == files.line_of(file, {OFFERS: "DEU-LAND", LINES: "L01"}.get(file, value))


def test_a_caveat_expires_the_day_after_its_last(files: Files) -> None:
    files.change(YAML, "month: 4", "expires: 2026-06-30")
    assert files.warnings(Settings(today=datetime.date(2026, 6, 30))) == ()
    assert len(files.warnings(Settings(today=datetime.date(2026, 7, 1)))) == 1


def test_an_unknown_column_is_kept_and_named_in_a_warning(files: Files) -> None:
    files.change(OFFERS, ",note\n", ",note,readiness\n").change(
        OFFERS, "2026-01-06,", "2026-01-06,,high"
    )
    (warning,) = files.warnings()
    assert (warning.file, warning.line, warning.value) == (OFFERS, 1, "readiness")
    assert files.read().case.offers[0].note == ""


# What null and blank mean


def test_null_means_blank_wherever_a_field_may_be_left_out(files: Files) -> None:
    plain = files.read().case
    files.change(YAML, "rotation_step: 3", "rotation_step: null").change(
        YAML, "rules: []", "rules:"
    )
    files.change(YAML, "    body: Bundestag\n", "    body: Bundestag\n    text:\n    grace: ~\n")
    files.change(YAML, "poland: {}", "poland:").change(YAML, "name: France", "name: null")
    case = files.read().case
    assert case.calendar == plain.calendar
    assert case.caveats == plain.caveats
    assert case.areas == plain.areas
    assert case.nations["FRA"].name is None


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("    nation: DEU\n", "    nation:\n", "caveats[0] (DEU-BUNDESTAG)"),
        ("months: 24", "months: null", "calendar.months"),
        ("rate: 0.8", "rate: null", "substitutions[0].rate"),
        ("status: pending", "status:", "caveats[0].status (DEU-BUNDESTAG)"),
        ("kind: ceiling", "kind:", "caveats[1].kind (FRA-CEILING)"),
    ],
)
def test_null_in_the_place_of_something_required_is_a_fault(
    files: Files, old: str, new: str, place: str
) -> None:
    assert files.change(YAML, old, new).fault().place == place


def test_kinds_that_are_not_enforced_yet_are_refused_by_name(files: Files) -> None:
    fields = {
        "avoid": "nation: FRA, with: [DEU]",
        "minimum": "nation: FRA, units: 2",
        "package": "nation: FRA, offers: [FRA-LAND-1, FRA-HQ-1]",
        "partner": "nation: FRA, with: [DEU]",
        "share": "nation: FRA, max_share: 0.5",
        "area_capacity": "area: kyiv, personnel: 10",
        "breadth": "role: land, nations: 2",
        "lead_nation": "role: land, candidates: [FRA]",
        "lift": "personnel: 100",
        "support": "area: kyiv, capability: staff, per: 100",
    }
    kinds = {**caveats.KINDS, **rules.KINDS}
    for kind in [kind for kind in fields if not kinds[kind].enforced]:
        files.replace(YAML, YAML_TEXT)
        entry = f"  - {{id: NEW, kind: {kind}, {fields[kind]}}}"
        if kind in caveats.KINDS:
            files.change(YAML, "rules: []", f"{entry}\nrules: []")
        else:
            files.change(YAML, "rules: []", f"rules:\n{entry}")
        fault = files.fault()
        assert fault.value == kind
        assert "NEW" in fault.message
        assert "not enforce" in fault.message


# Whatever comes, the reader answers or says what is wrong

TEXTS = {OFFERS: OFFERS_TEXT, LINES: LINES_TEXT, YAML: YAML_TEXT}
WORDS = ["", "-1", "1e9", "null", "[", "]", "{", "}", ":", "- ", "&a", "*a", "!!x ", "'", '"', ",",
         ";", "\n", "\r", "\t", "#", "|", ">", "?", "%", "@", "\x00", "ü", "🛰", "\u2028", "hq",
         "hq_next", "999999999999999999999", ".inf", "0x1F", "<<", "true", "---\n", "...\n"]  # fmt: skip


def _answers(files: Files) -> None:
    """Read the case; a refusal must say something printable in every field."""
    folder = files.write()
    faults: list[Fault] = []
    try:
        reading = read_case(folder)
    except InputError as error:
        faults = error.faults
        refused = True
    else:
        faults = list(reading.warnings)
        refused = False
        # What is accepted has assignments, or none.
        candidates(reading.case, Settings())
    assert faults or not refused
    for fault in faults:
        said = (fault.file, fault.place, fault.value, fault.message, fault.allowed, str(fault))
        assert all(isinstance(each, str) for each in said)
        assert fault.line >= 0
        assert fault.message


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, str]:
    """A file of the valid case with a few characters, words or lines changed."""
    file = draw(st.sampled_from(sorted(TEXTS)))
    text = TEXTS[file]
    for _ in range(draw(st.integers(1, 3))):
        how = draw(st.sampled_from(("delete", "double", "word", "line", "double line", "swap")))
        at = draw(st.integers(0, max(0, len(text) - 1)))
        lines = text.splitlines(keepends=True) or [""]
        row = draw(st.integers(0, len(lines) - 1))
        if how == "delete":
            text = text[:at] + text[at + 1 :]
        elif how == "double":
            text = text[:at] + text[at : at + 1] * 2 + text[at + 1 :]
        elif how == "word":
            text = text[:at] + draw(st.sampled_from(WORDS)) + text[at + 1 :]
        elif how == "line":
            text = "".join(lines[:row] + lines[row + 1 :])
        elif how == "double line":
            text = "".join(lines[: row + 1] + lines[row:])
        else:
            other = draw(st.integers(0, len(lines) - 1))
            lines[row], lines[other] = lines[other], lines[row]
            text = "".join(lines)
    return file, text


SECTIONS = [
    "force",
    "classification",
    "calendar",
    "defaults",
    "roles",
    "priority_weights",
    "areas",
    "headquarters",
    "capabilities",
    "substitutions",
    "nations",
    "conditions",
    "caveats",
    "rules",
    "tiers",
]

any_case = settings(
    max_examples=FUZZ, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@any_case
@given(change=mutated())
def test_a_mutated_case_is_read_or_refused(files: Files, change: tuple[str, str]) -> None:
    for file, text in TEXTS.items():
        files.replace(file, text)
    files.replace(*change)
    _answers(files)


@any_case
@given(file=st.sampled_from(sorted(TEXTS)), content=st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(files: Files, file: str, content: bytes) -> None:
    for name, text in TEXTS.items():
        files.replace(name, text)
    files.replace(file, content)
    _answers(files)


@any_case
@given(
    file=st.sampled_from(sorted(TEXTS)),
    content=st.text(
        alphabet=st.sampled_from("ab1-:[]{},;'\"&*!|>#%@`?~.\n \t\r\ufeffé"), max_size=80
    ),
    kept=st.booleans(),
)
def test_random_text_is_read_or_refused(files: Files, file: str, content: str, kept: bool) -> None:
    for name, text in TEXTS.items():
        files.replace(name, text)
    files.replace(file, (TEXTS[file] if kept else "") + content)
    _answers(files)


@any_case
@given(
    value=st.recursive(
        st.sampled_from(["1", "0", "-1", "2.5", "x", "''", "null", "true", ".inf", "FRA", "kyiv"]),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
            st.lists(st.tuples(st.sampled_from(["a", "id", "kind", "seats", "months", "7"]), inner),
                     max_size=3, unique_by=lambda pair: pair[0])
            .map(lambda pairs: "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"),
        ),
        max_leaves=6,
    ),
    section=st.sampled_from(SECTIONS),
)  # fmt: skip
def test_any_value_in_the_place_of_a_section_is_read_or_refused(
    files: Files, section: str, value: str
) -> None:
    rest = "calendar: {months: 3}\ncapabilities: {infantry: {}, armour: {}, staff: {}}\n"
    kept = "".join(line for line in rest.splitlines(True) if not line.startswith(section))
    files.replace(YAML, f"{section}: {value}\n{kept}")
    _answers(files)
