"""Edits of the text: what is meant changes, every other byte stays."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from model import caveats, edit, yaml_source
from model.faults import InputError
from model.read import read_case
from tests.conftest import KINDS, RULES, _Roomy
from tests.reference import random_cases

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = (ROOT / "data" / "constraints.yaml").read_bytes().decode("utf-8")

TEXT = """\
# head
calendar: {months: 9}   # nine
caveats:
  # the first
  - id: A   # its name
    kind: ceiling
    nation: FRA
    personnel: 0x10  # people
    applies_to: {roles: [land]}   # where
    text: >-
      Folded text
      of two lines.

    authority: 'Single'   # quoted
    source: "Double"
    as_of: "2026-01-06"
    releasable_to:   # who may see it
      # the first of them
      - NATO   # all
      - EU
    expires:

  # the second
  - {id: B, kind: exclusion, nation: "DEU", red_line: false}   # short
# the end
rules: []
"""


def edited(text: str, name: str, /, **fields: Any) -> str:
    return edit.change(text, name, fields)[0]


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines of each text between the first and the last that differ."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return old, new


@pytest.mark.parametrize(
    ("name", "fields", "old", "new"),
    [
        ("A", {"personnel": 20}, ["    personnel: 0x10  # people\n"],
         ["    personnel: 20  # people\n"]),
        ("A", {"personnel": None}, ["    personnel: 0x10  # people\n"],
         ["    personnel: null  # people\n"]),
        ("A", {"applies_to": {"roles": ["air", "sea"]}},
         ["    applies_to: {roles: [land]}   # where\n"],
         ["    applies_to: {roles: [air, sea]}   # where\n"]),
        ("A", {"authority": "It's"}, ["    authority: 'Single'   # quoted\n"],
         ["    authority: \"It's\"   # quoted\n"]),
        ("A", {"authority": "Other one"}, ["    authority: 'Single'   # quoted\n"],
         ["    authority: 'Other one'   # quoted\n"]),
        ("A", {"source": "x"}, ['    source: "Double"\n'], ['    source: "x"\n']),
        ("A", {"as_of": "2026-02-01"}, ['    as_of: "2026-01-06"\n'], ['    as_of: "2026-02-01"\n']),
        ("A", {"expires": "2026-02-01"}, ["    expires:\n"], ['    expires: "2026-02-01"\n']),
        ("A", {"text": "no"}, ["    text: >-\n", "      Folded text\n", "      of two lines.\n"],
         ['    text: "no"\n']),
        ("A", {"active": False}, [], ["    active: false\n"]),
        ("A", {"ask_cost": 2.5}, [], ["    ask_cost: 2.5\n"]),
        ("B", {"active": False},
         ['  - {id: B, kind: exclusion, nation: "DEU", red_line: false}   # short\n'],
         ['  - {id: B, kind: exclusion, active: false, nation: "DEU", red_line: false}   # short\n']),
        ("B", {"nation": "POL", "red_line": True},
         ['  - {id: B, kind: exclusion, nation: "DEU", red_line: false}   # short\n'],
         ['  - {id: B, kind: exclusion, nation: "POL", red_line: true}   # short\n']),
    ],
)  # fmt: skip
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_only_the_lines_concerned_change(
    name: str, fields: dict[str, Any], old: list[str], new: list[str], eol: str
) -> None:
    before = TEXT.replace("\n", eol)
    after = edited(before, name, **fields)
    assert changed_lines(before, after) == tuple(
        [line.replace("\n", eol) for line in lines] for lines in (old, new)
    )


def test_a_long_text_stays_folded() -> None:
    said = (
        "A text that is long enough to be folded over lines, since it says quite a lot of things."
    )
    after = edited(TEXT, "A", text=f"{said} {said}")
    assert "    text: >-\n      A text that is long" in after
    assert max(map(len, after.splitlines())) <= 100
    assert edit.caveats_in(after)[0]["text"] == f"{said} {said}"


def test_a_list_on_lines_of_its_own_keeps_its_comments() -> None:
    after = edited(TEXT, "A", releasable_to=["UN"])
    assert edit.caveats_in(after)[0]["releasable_to"] == ["UN"]
    for comment in ("# who may see it", "# the first of them", "# all"):
        assert after.count(comment) == 1
    assert after.split("    # who may")[0] == TEXT.split("    releasable_to")[0]
    assert after.split("releasable_to: [UN]\n")[1] == TEXT.split("      - EU\n")[1]


def test_nothing_changes_where_it_says_so_already() -> None:
    text, change = edit.change(TEXT, "A", {"personnel": 16, "ask_cost": None})
    assert text is TEXT
    assert change.after == {}
    assert edit.switched(TEXT, ["A", "B"], active=True) == []


@pytest.mark.parametrize("value", [1, True, "true", 1.0])
def test_one_and_true_are_not_the_same(value: object) -> None:
    after = edited(TEXT, "A", personnel=value)
    found = edit.caveats_in(after)[0]["personnel"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("name", [each["id"] for each in edit.caveats_in(SHIPPED)[::6]])
def test_shipped_caveats_can_be_lifted_and_every_field_written_again(name: str) -> None:
    entry = next(each for each in edit.caveats_in(SHIPPED) if each["id"] == name)
    assert edit.change(SHIPPED, name, {k: v for k, v in entry.items() if k not in edit.FIXED})[
        0
    ] == (SHIPPED)
    ((after, _),) = edit.switched(SHIPPED, [name], active=not entry.get("active", True))
    old, new = changed_lines(SHIPPED, after)
    assert len(old) <= 1
    assert len(new) == 1
    assert "active:" in new[0]


@pytest.mark.parametrize("field", edit.FIXED)
def test_what_names_a_caveat_is_not_changed(field: str) -> None:
    with pytest.raises(InputError, match="cannot be changed"):
        edited(TEXT, "A", **{field: "x"})


def test_an_unknown_caveat_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="nearest: FRA-CEILING"):
        edited(SHIPPED, "FRA-CELING", personnel=1)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {id: A, kind: exclusion}\ncaveats: [*x]\n",
        "caveats:\n  - {id: A, kind: basing, barred: &b [x]}\n  - {id: B, barred: *b}\n",
        "caveats:\n  - &x {id: A, kind: basing, barred: [x]}\nother: *x\n",
        "caveats:\n  - {id: A, kind: basing, barred: [x, # why\n      y]}\n",
    ],
)
def test_what_cannot_be_edited_safely_is_left_to_a_person(text: str) -> None:
    with pytest.raises(InputError, match="edit the file"):
        edited(text, "A", barred=["z"])


@pytest.mark.parametrize(
    "text",
    [
        "caveats:\n  - {id: A, barred: &b [x]}\n  - {id: B, barred: *b}\n",
        "caveats: [{id: A}, # why\n  {id: B}]\n",
        "caveats: [{id: B}, # why\n  {id: A}]\n",
    ],
)
def test_what_cannot_be_taken_out_safely_is_left_to_a_person(text: str) -> None:
    with pytest.raises(InputError, match="edit the file"):
        edit.removed(text, "A")


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("personnel", "6000", 6000),
        ("applies_to", "{roles: [land]}", {"roles": ["land"]}),
        ("expires", "2026-01-06", "2026-01-06"),
        ("red_line", "true", True),
        ("until", "null", None),
        ("text", "no: comment #2", "no: comment #2"),
        ("text", "[a", "[a"),
        ("text", '"in quotes"', "in quotes"),
        ("text", "", None),
        ("nation", "NO", "NO"),
    ],
)
def test_what_is_typed_is_yaml_but_text_stands_as_it_is(
    field: str, typed: str, value: object
) -> None:
    assert edit.value_of(field, typed, caveats.KINDS["ceiling"]) == value


@pytest.mark.parametrize("typed", ["[1", "{a: 1, a: 2}", "!!python/object:x {}", "\x00", "\ud800"])
def test_what_is_no_yaml_is_refused(typed: str) -> None:
    with pytest.raises(InputError):
        edit.value_of("personnel", typed, caveats.KINDS["ceiling"])


@pytest.mark.parametrize("arguments", [["a"], ["=1"], ["a=1", "a=2"], ["a b=1"]])
def test_what_is_no_field_and_value_is_refused(arguments: list[str]) -> None:
    with pytest.raises(InputError):
        edit.assignments_of(arguments)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a: 1\n", "a: 1\ncaveats:\n  - id: NEW\n    kind: exclusion\n"),
        ("a: 1", "a: 1\ncaveats:\n  - id: NEW\n    kind: exclusion\n"),
        ("caveats: []  # none\nb: 1\n",
         "caveats:  # none\n  - id: NEW\n    kind: exclusion\nb: 1\n"),
        ("caveats:\nb: 1\n", "caveats:\n  - id: NEW\n    kind: exclusion\nb: 1\n"),
        ("caveats: [{id: A}]\n", "caveats: [{id: A}, {id: NEW, kind: exclusion}]\n"),
        ("caveats:\n- id: A  # a\n# b\nb: 1\n",
         "caveats:\n- id: A  # a\n- id: NEW\n  kind: exclusion\n# b\nb: 1\n"),
        ("caveats:\n  - {id: A}\n", "caveats:\n  - {id: A}\n  - {id: NEW, kind: exclusion}\n"),
        ("caveats:\r\n  - id: A\r\n\r\n  - id: B\r\n",
         "caveats:\r\n  - id: A\r\n\r\n  - id: B\r\n\r\n  - id: NEW\r\n    kind: exclusion\r\n"),
    ],
)  # fmt: skip
def test_a_caveat_is_added_after_the_others_in_their_style(text: str, after: str) -> None:
    assert edit.added(text, {"id": "NEW", "kind": "exclusion"})[0] == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (TEXT, """\
# head
calendar: {months: 9}   # nine
caveats:
  # the first

  # the second
  - {id: B, kind: exclusion, nation: "DEU", red_line: false}   # short
# the end
rules: []
"""),
        ("caveats:\n  - {id: A}  # a\n  # b\n  - {id: B}\n", "caveats:\n  # b\n  - {id: B}\n"),
        ("caveats:\n- id: B\n- id: A\n  kind: x", "caveats:\n- id: B\n"),
        ("caveats:\n\n  - id: A\n\n  - id: B\n", "caveats:\n\n  - id: B\n"),
        ("caveats:  # all\n  # first\n  - id: A\nb: 1\n", "caveats: []  # all\n  # first\nb: 1\n"),
        ("caveats: [{id: A}, {id: B}]  # x\n", "caveats: [{id: B}]  # x\n"),
        ("caveats: [{id: B}, {id: A}]  # x\n", "caveats: [{id: B}]  # x\n"),
        ("caveats: [{id: A}]\n", "caveats: []\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_caveat_is_taken_out_with_its_lines_only(text: str, after: str, eol: str) -> None:
    left, change = edit.removed(text.replace("\n", eol), "A")
    assert left == after.replace("\n", eol)
    assert change.before["id"] == "A"
    assert set(change.after) == set(change.before)
    assert set(change.after.values()) == {None}


@pytest.mark.parametrize("name", [each["id"] for each in edit.caveats_in(SHIPPED)[::9]])
def test_a_shipped_caveat_is_taken_out_and_the_others_stay(name: str) -> None:
    after, _ = edit.removed(SHIPPED, name)
    old, new = changed_lines(SHIPPED, after)
    assert not [line for line in new if line.strip()]
    assert not [line for line in old if line.lstrip().startswith("#")]


# Random texts

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(
        st.characters(max_codepoint=0xFFFF, exclude_categories=["Cc", "Cs"]), max_size=90
    ),
    "ask_cost": st.integers(0, 9) | st.sampled_from([0.5, 1e-7, 3.0]),
    "red_line": st.booleans(),
    "active": st.booleans(),
    "expires": st.dates().map(str),
    "releasable_to": st.lists(st.sampled_from(["NATO", "no", "a: b", "it's", "#1"]), max_size=3),
    "applies_to": st.sampled_from([{"roles": ["land"]}, {"areas": ["ukraine", "poland"]}]),
}


def random_text(seed: int) -> tuple[random_cases.Texts, dict[str, Any]]:
    recipe = _Roomy(
        random_cases._Seeded(seed), KINDS, RULES, random_cases.Sizes(), random_cases.TIERS
    )
    texts = recipe.texts()
    return texts, recipe.raw


def rewritten(raw: dict[str, Any], seed: int) -> str:
    """Write the same case as people do: on lines of its own, with comments, quotes and blanks."""
    dice = random.Random(seed)

    def remark() -> str:
        return dice.choice(["", "", "  # a remark: {[", " #"])

    out = ["# head"]
    for section, value in raw.items():
        if section != "caveats":
            out.append(f"{section}: {random_cases._flow(value)}{remark()}")
            continue
        out.append(f"caveats:{remark()}" if value else f"caveats: []{remark()}")
        dash = dice.choice(["- ", "  - ", "   -   "])
        pad = " " * len(dash)
        for entry in value:
            if dice.random() < 0.3:
                out += dice.choice([["", "# between"], [""], ["    # deep"]])
            if dice.random() < 0.3:
                out.append(f"{dash}{random_cases._flow(entry)}{remark()}")
                continue
            lead = dash
            for field, held in entry.items():
                if isinstance(held, list) and dice.random() < 0.5:
                    out.append(f"{lead}{field}:{remark()}")
                    out += [f"{pad}  - {random_cases._flow(v)}{remark()}" for v in held]
                elif isinstance(held, str) and dice.random() < 0.3:
                    out.append(f"{lead}{field}: >-{remark()}")
                    out += [f"{pad}  {held}", *dice.choice([[], [""]])]
                elif isinstance(held, str) and dice.random() < 0.3:
                    out.append(f"{lead}{field}: '{held}'{remark()}")
                else:
                    out.append(f"{lead}{field}: {random_cases._flow(held)}{remark()}")
                lead = pad
    eol = dice.choice(["\n", "\r\n"])
    return eol.join(out) + dice.choice(["", eol])


@settings(max_examples=50, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.data())
def test_random_edits_leave_all_else_alone_and_say_what_was_meant(
    tmp_path_factory: pytest.TempPathFactory, seed: int, style: int, data: st.DataObject
) -> None:
    texts, raw = random_text(seed)
    if not raw.get("caveats"):
        return
    text = rewritten(raw, style)
    assert (
        yaml_source.parse(text, "x").value
        == yaml_source.parse(texts["constraints.yaml"], "x").value
    )
    index = data.draw(st.integers(0, len(raw["caveats"]) - 1))
    fields = data.draw(
        st.dictionaries(st.sampled_from(sorted(VALUES)), st.none(), min_size=1, max_size=3)
    )
    fields = {name: data.draw(VALUES[name], label=name) for name in fields}
    entry = raw["caveats"][index]
    after, change = edit.change(text, entry["id"], fields)
    meant = {**raw, "caveats": [*raw["caveats"]]}
    meant["caveats"][index] = {**entry, **fields}
    # What is outside the entry stays, byte for byte.
    old, new = (yaml_source.layout(each) for each in (text, after))
    assert old
    assert new
    spans = []
    for node, whole in ((old, text), (new, after)):
        at = [whole[key.start : key.end] for key in node.keys].index("caveats")
        item = node.items[at].items[index]
        spans.append((item.start, f"{whole}\n".index("\n", item.end)))
    assert text[: spans[0][0]] == after[: spans[1][0]]
    tails = [
        whole[end:].partition("\n")[2].lstrip("\r\n")
        for (_, end), whole in zip(spans, (text, after), strict=True)
    ]
    assert tails[0] == tails[1]
    # Every comment stays, once; every line inside that no edit touches stays too.
    for mark in ("# a remark: {[", "# between", "# deep", "# head"):
        assert text.count(mark) == after.count(mark)
    kept = [line for line in text[slice(*spans[0])].splitlines(keepends=True)[1:] if line.strip()]
    untouched = [
        line
        for line in kept
        if any(line.strip().startswith(f"{name}:") for name in entry if name not in fields)
    ]
    inside = [line.rstrip("\r\n") for line in after[slice(*spans[1])].splitlines()]
    untouched = [line.rstrip("\r\n") for line in untouched]
    assert [line for line in inside if line in set(untouched)] == untouched
    if any(fields.get(name) == [] for name in fields):
        return
    # Both are read; the one as edited, the other as it would have been written by the test.
    folder = tmp_path_factory.mktemp("case")
    random_cases.write({**texts, "constraints.yaml": after}, folder / "edited")
    random_cases.write({**texts, "constraints.yaml": rewritten_flow(meant)}, folder / "meant")
    cases = [read_case(folder / each).case for each in ("edited", "meant")]
    assert dataclasses.replace(cases[0], files={}) == dataclasses.replace(cases[1], files={})
    assert set(change.after) <= set(fields)


def rewritten_flow(raw: dict[str, Any]) -> str:
    return random_cases._document(raw)
