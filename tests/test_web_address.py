"""The address of the page: the same scenario as the flags of ``whatif``, there and back."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.faults import InputError
from model.flags import Change, Switches
from web.address import FORM, MOST, PARTS, State, parse

TEXTS = st.lists(
    st.text(min_size=1, max_size=12).map(str.strip).filter(bool), max_size=4, unique=True
)
SCENARIOS = ("london-early", "hubs-late")


@st.composite
def states(draw: st.DrawFn) -> State:
    pairs = [(part, each) for part in PARTS[1:] for each in draw(TEXTS)]
    opened = draw(st.lists(st.sampled_from(SCENARIOS), unique=True))
    return parse([*pairs, *(("scenario", each) for each in opened)], SCENARIOS)


@given(states())
def test_an_address_leads_back_to_the_state_it_was_made_of(state: State) -> None:
    assert parse(parse_qsl(state.query()), SCENARIOS) == state


@given(states())
def test_a_change_that_is_made_and_undone_leaves_the_state_as_it_was(state: State) -> None:
    for part, value in state:
        assert state.without(part, value) != state
    assert (
        state.having("lift", "NEW-ONE-THAT-IS-NOT-THERE").without(
            "lift", "NEW-ONE-THAT-IS-NOT-THERE"
        )
        == state
    )


def test_the_order_of_switches_means_nothing_and_that_of_all_else_does() -> None:
    one = parse([("lift", "B"), ("lift", "A"), ("set", "Y.units=1"), ("set", "X.units=2")], ())
    assert one.query() == "lift=A&lift=B&set=Y.units%3D1&set=X.units%3D2"
    assert one.change() == Change(
        (), Switches(("A", "B"), (), (), ()), ("Y.units=1", "X.units=2"), (), ()
    )


def test_a_list_to_choose_from_says_what_the_address_says() -> None:
    chosen = parse([(FORM, "refuse:DEU-BUNDESTAG"), (FORM, ""), ("tab", "tours")], ())
    assert chosen == State(refuse=("DEU-BUNDESTAG",))


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("lfit", "A")], "'lfit': is no part of an address; nearest: lift"),
        ([("scenario", "london-erly")], "is no known scenario; nearest: london-early"),
        ([("scenario", "/etc/passwd")], "is no known scenario"),
        ([("scenario", "../other.yaml")], "is no known scenario"),
        ([(FORM, "set:A")], "a choice is refuse:ID or grant:ID"),
        ([("set", "A" * 501)], "is longer than 500 letters"),
        ([("lift", f"A{i}") for i in range(MOST + 1)], "has 201 changes; allowed: 200"),
    ],
)
def test_what_an_address_cannot_mean_is_told(pairs: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(InputError, match="address") as caught:
        parse(pairs, SCENARIOS)
    assert said in str(caught.value)
