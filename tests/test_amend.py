"""Entries amended through forms: only what was changed, the rest byte for byte, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import amend, csv_text, history, store, takeover
from model.amend import Refused, Sort
from model.checks import LINES, OFFERS
from model.faults import InputError
from model.store import Author
from tests.test_reports import OFFERS as TABLE
from tests.test_reports import write_case

ME = Author("me", "a reason", "form")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    write_case(tmp_path / "case")
    return tmp_path / "case"


def changed(case: Path, sort: Sort, name: str, **fields: str) -> store.Edited:
    was = amend.of(case, sort, name)
    return amend.amend(case, sort, name, {**was, **fields}, was, ME)


def test_a_cell_is_changed_and_all_else_stays_byte_for_byte(case: Path) -> None:
    odd = TABLE.replace("ALB,inf,2", 'ALB,"inf", 2').replace("\n", "\r\n")
    (case / OFFERS).write_bytes(b"\xef\xbb\xbf" + odd.encode())
    changed(case, "offers", "ALB-LAND-1", units="3", note='a "note", of mine')
    row = 'ALB-LAND-1,ALB,"inf",3,100,3,3,assumed,,,"a ""note"", of mine",,,'
    there = (case / OFFERS).read_bytes()
    lines = odd.split("\r\n")
    assert there == b"\xef\xbb\xbf" + "\r\n".join([lines[0], row, *lines[2:]]).encode()


@given(
    st.sampled_from(["title", "source", "note"]),
    st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(' ",;\n'), max_size=30),
    st.sampled_from([",", ";"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_is_typed_is_what_the_cell_holds(
    column: str, value: str, separator: str, eol: str
) -> None:
    text = eol.join(
        [separator.join(["line", "title", "source", "note"]), *(f"L{i}{separator}x" for i in "123")]
    )
    after, _ = csv_text.changed(text, LINES, "L2", {column: value.strip()})
    assert csv_text.entries(after, LINES)["L2"][column] == value.strip()
    kept = list(csv_text.entries(after, LINES))
    assert kept == ["L1", "L2", "L3"]
    assert csv_text.removed(after, LINES, "L2")[0].count("L") == 2


def test_what_is_added_and_taken_out_again_leaves_the_file_as_it_was(case: Path) -> None:
    before = (case / OFFERS).read_bytes()
    new = {"offer": "X-1", "nation": "BEL", "capability": "inf", "units": "1", "personnel": "9"}
    amend.add(case, "offers", {**new, "basis": "assumed"}, ME)
    amend.remove(case, "offers", "X-1", amend.of(case, "offers", "X-1"), ME)
    assert (case / OFFERS).read_bytes() == before


@pytest.mark.parametrize(
    ("sort", "name", "field", "value", "said"),
    [
        ("offers", "ALB-LAND-1", "units", "-2", "1 or more"),
        ("offers", "ALB-LAND-1", "nation", "ALBA", "ALB"),
        ("lines", "L01", "minimum", "9", "minimum 9 is above target 3"),
        ("lines", "L01", "elsewhere", "polnd:0.5", "poland"),
        ("caveats", "BEL-VOTE", "probability", "2", "0 to 1"),
        ("caveats", "BEL-VOTE", "applies_to.roles", "lnd", "land"),
        ("caveats", "CZE-BASING", "barred", "ukrain", "ukraine"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_written(
    case: Path, sort: Sort, name: str, field: str, value: str, said: str
) -> None:
    before = {each.name: each.read_bytes() for each in case.iterdir()}
    with pytest.raises(Refused) as refused:
        changed(case, sort, name, **{field: value})
    assert list(refused.value.at) == [field]
    assert said in str(refused.value.at[field][0])
    assert {each.name: each.read_bytes() for each in case.iterdir()} == before


@pytest.mark.parametrize(
    ("sort", "name", "mine", "theirs", "clash"),
    [
        ("offers", "ALB-LAND-1", ("units", "3"), ("tour", "4"), ("units", "5")),
        ("caveats", "BEL-VOTE", ("probability", "0.7"), ("body", "Senate"), ("probability", "1")),
    ],
)
def test_of_two_who_edit_at_once_neither_loses_an_edit(
    case: Path,
    sort: Sort,
    name: str,
    mine: tuple[str, str],
    theirs: tuple[str, str],
    clash: tuple[str, str],
) -> None:
    was = amend.of(case, sort, name)
    amend.amend(case, sort, name, {**was, theirs[0]: theirs[1]}, was, ME)
    amend.amend(case, sort, name, {**was, mine[0]: mine[1]}, was, ME)
    now = amend.of(case, sort, name)
    assert (now[mine[0]], now[theirs[0]]) == (mine[1], theirs[1])
    with pytest.raises(Refused) as refused:
        amend.amend(case, sort, name, {**was, clash[0]: clash[1]}, was, ME)
    said = str(refused.value.at[clash[0]][0])
    assert "somebody else" in said
    assert mine[1] in said
    assert amend.of(case, sort, name) == now


def test_each_file_has_a_log_whose_chain_holds(case: Path) -> None:
    changed(case, "offers", "ALB-LAND-1", units="3")
    changed(case, "offers", "ALB-LAND-1", units="4")
    changed(case, "lines", "L01", priority="2")
    for file, count in ((OFFERS, 2), (LINES, 1)):
        log, now = store.log_of(case, file)
        assert len(log.records) == count
        assert not history.faults_of(log, now)
    (case / OFFERS).write_text((case / OFFERS).read_text().replace("100", "101"))
    assert "capabilities.history.jsonl" in str(history.faults_of(*store.log_of(case, OFFERS))[0])


def test_a_file_that_is_handed_in_is_logged_entry_by_entry(case: Path) -> None:
    raw = (case / OFFERS).read_bytes().replace(b"inf,2", b"inf,4").replace(b"DNK-HQ-1", b"DNK-HQ-2")
    shown = takeover.take(case, OFFERS, raw, None)
    assert [each.id for each in shown.changes] == ["ALB-LAND-1", "DNK-HQ-1", "DNK-HQ-2"]
    assert not shown.written
    against = takeover.state(case, OFFERS)
    changed(case, "offers", "BEL-LAND-1", units="2")
    with pytest.raises(InputError, match=r"BEL-LAND-1 \(me\)"):
        takeover.take(case, OFFERS, raw, ME, against=against)
    takeover.take(case, OFFERS, raw, ME, against=takeover.state(case, OFFERS))
    assert (case / OFFERS).read_bytes() == raw


def test_a_formula_is_no_value_and_is_told_with_the_other_faults(case: Path) -> None:
    raw = (
        (case / OFFERS).read_bytes().replace(b"inf,2", b"inf,=1+1").replace(b"BEL-LAND", b"B LAND")
    )
    with pytest.raises(InputError) as refused:
        takeover.take(case, OFFERS, raw, None)
    said = [str(each) for each in refused.value.faults]
    assert any("row 2, column units" in each and "is a formula" in each for each in said)
    assert any("row 3, column offer" in each for each in said)
