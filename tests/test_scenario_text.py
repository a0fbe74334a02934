"""Several scenarios told as one file: it does what they do one after the other."""

from __future__ import annotations

from model import yaml_source
from model.scenario_text import merged, text


def test_what_a_later_scenario_sets_holds_and_an_addition_is_changed_where_it_stands() -> None:
    first = {
        "lift": ["A"],
        "set": {"B": {"units": 1, "tour": 3}},
        "add": {"offers": [{"offer": "X", "units": 2}]},
    }
    second = {"set": {"B": {"units": 4}, "X": {"units": 5}}, "remove": {"offers": ["C"]}}
    assert merged([first, second]) == {
        "set": {"A": {"active": False}, "B": {"units": 4, "tour": 3}},
        "add": {"offers": [{"offer": "X", "units": 5}]},
        "remove": {"offers": ["C"]},
    }
    # The entries that were given stay as they are.
    assert first["add"] == {"offers": [{"offer": "X", "units": 2}]}


def test_what_is_added_and_taken_away_again_is_not_told() -> None:
    first = {"add": {"lines": [{"line": "L9"}]}}
    assert merged([first, {"remove": {"lines": ["L9"]}}]) == {}


def test_the_text_reads_back_as_what_was_told() -> None:
    document = {
        "lift": ["A"],
        "set": {"yes": {"note": "a: b # c", "units": 1.5}, "B": {"until": None}},
        "add": {"offers": [{"offer": "X", "as_of": "2026-01-06"}]},
        "pin": [{"offer": "X", "line": "L1", "from": 1}],
    }
    told = text("Half: of it", document)
    assert yaml_source.parse(told, "told").value == {"title": "Half: of it", **document}
