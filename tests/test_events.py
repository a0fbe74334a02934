"""What the solver is caught at is told once, with how often, however many told it."""

from __future__ import annotations

from model.events import Events, merged


def test_what_several_tell_is_told_once_with_how_often_all_of_them_met_it() -> None:
    assert merged(["A", "B (3 times)"], [], ["B", "C (2 sets)", "A (2 times)"]) == (
        "A (3 times)",
        "B (4 times)",
        "C (2 sets)",
    )


def test_what_is_noted_after_it_was_told_by_others_is_counted_on() -> None:
    events = Events()
    events.take(["A (2 times)"])
    events.note("A")
    assert events.told() == ("A (3 times)",)
