"""The address of the page: the same scenario as the flags of ``whatif``, there and back."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.faults import InputError
from model.flags import Change, Switches
from web.address import (
    ASIDE,
    BASELINE,
    CASE,
    FORM,
    KEEP,
    MAX_CHANGE,
    MOST,
    MOVES,
    PARTS,
    State,
    parse,
)

TEXTS = st.lists(
    st.text(min_size=1, max_size=12).map(str.strip).filter(bool), max_size=4, unique=True
)
SCENARIOS = ("london-early", "hubs-late")
RUNS = ("0d0216173397", "27f1afc2a1d3")
KEPT = st.sampled_from([CASE, *RUNS, "?lift=A&set=B.units%3D2", "?keep=%3Flift%3DA&refuse=B"])


@st.composite
def states(draw: st.DrawFn) -> State:
    typed = [part for part in PARTS if part not in ("scenario", *ASIDE)]
    pairs = [(part, each) for part in typed for each in draw(TEXTS)]
    pairs += [("scenario", each) for each in draw(st.lists(st.sampled_from(SCENARIOS)))]
    pairs += [(BASELINE, each) for each in draw(st.lists(st.sampled_from(RUNS), max_size=1))]
    if keep := draw(st.lists(KEPT, max_size=1)):
        pairs += [(KEEP, each) for each in keep]
        pairs += [(MAX_CHANGE, each) for each in draw(st.lists(st.sampled_from("07"), max_size=1))]
    return parse(pairs, SCENARIOS, RUNS)


@given(states())
def test_an_address_leads_back_to_the_state_it_was_made_of(state: State) -> None:
    assert parse(parse_qsl(state.query()), SCENARIOS, RUNS) == state


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


def test_a_plan_to_keep_has_one_name_and_goes_with_its_limit() -> None:
    assert parse([(KEEP, "?")], ()).keep == (CASE,)
    state = parse([(KEEP, "?refuse=B&lift=A&baseline=" + RUNS[0]), (MOVES, "5")], (), RUNS)
    assert (state.keep, state.max_change) == (("?lift=A&refuse=B",), ("5",))
    assert not state.without(KEEP, state.keep[0])
    # A form sends the number even where no plan is kept any more.
    assert not parse([(KEEP, ""), (MOVES, "5")], ())
    assert parse([(KEEP, state.picture)], (), RUNS).keep == (state.picture,)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("lfit", "A")], "'lfit': is no part of an address; nearest: lift"),
        ([("scenario", "london-erly")], "is no known scenario; nearest: london-early"),
        ([("scenario", "/etc/passwd")], "is no known scenario"),
        ([("scenario", "../other.yaml")], "is no known scenario"),
        ([(BASELINE, "0d02161733")], "is no run of the history"),
        ([(BASELINE, each) for each in RUNS], "is a second baseline; give one"),
        ([(KEEP, "cas")], "'cas': is no plan to keep; nearest: case"),
        ([(KEEP, CASE), (KEEP, RUNS[0])], "is a second keep; give one"),
        ([(KEEP, "?lfit=A")], "keep: : 'lfit': is no part of an address; nearest: lift"),
        ([(KEEP, "?keep=" * 600)], "more than 3 in a row"),
        ([(KEEP, "?" + "A" * 6000)], "has 6,001 letters; allowed: 6,000"),
        ([(MAX_CHANGE, "3")], "needs a plan to keep; name it with keep"),
        ([(KEEP, CASE), (MAX_CHANGE, "-3")], "is no number of unit-months; allowed: 0 or more"),
        ([(FORM, "set:A")], "a choice is refuse:ID or grant:ID"),
        ([("set", "A" * 501)], "': has 501 letters; allowed: 500"),
        ([("add", "A" * 2001)], "has 2,001 letters; allowed: 2,000"),
        ([("lift", f"A{i}") for i in range(MOST + 1)], "has 201 changes; allowed: 200"),
    ],
)
def test_what_an_address_cannot_mean_is_told(pairs: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(InputError, match="address") as caught:
        parse(pairs, SCENARIOS, RUNS)
    assert said in str(caught.value)
