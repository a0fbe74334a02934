"""YAML 1.2 by its core schema, bounded, and each fault with its line."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from model import yaml_source
from model.faults import Fault, InputError


def value(text: str) -> Any:
    return yaml_source.parse(text, "f.yaml").value


def faults(text: str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        yaml_source.parse(text, "f.yaml")
    return caught.value.faults


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # YAML 1.1 would make truths of these.
        ("NO", "NO"), ("no", "no"), ("on", "on"), ("off", "off"), ("yes", "yes"), ("Y", "Y"),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("tRUE", "tRUE"),
        ("null", None), ("Null", None), ("NULL", None), ("~", None), ("", None), ("nULL", "nULL"),
        ("none", "none"),
        ("12", 12), ("-12", -12), ("+12", 12), ("012", 12), ("0o14", 12), ("0x1F", 31),
        ("0b11", "0b11"), ("1_000", "1_000"), ("1:30", "1:30"), ("0o18", "0o18"), ("-0o14", "-0o14"),
        (".5", 0.5), ("-.5", -0.5), ("5.", 5.0), ("1e3", 1000.0), ("1E-3", 0.001), ("1.e1", 10.0),
        ("e3", "e3"), (".", "."), ("1.2.3", "1.2.3"), ("1e", "1e"), (".inf", ".inf"), (".nan", ".nan"),
        ("2026-01-06", "2026-01-06"), ("2026-01-06T10:00:00Z", "2026-01-06T10:00:00Z"), ("=", "="),
        ("'12'", "12"), ('"true"', "true"), ("''", ""), ("! 12", "12"), ("1" * 401, "1" * 401),
    ],
)  # fmt: skip
def test_a_plain_scalar_means_what_the_core_schema_says(written: str, meant: Any) -> None:
    found = value(f"a: {written}\n")["a"]
    assert found == meant
    assert type(found) is type(meant)


def test_block_scalars_are_text() -> None:
    assert value("a: |\n  12\n") == {"a": "12\n"}
    assert value("a: >-\n  null\n") == {"a": "null"}


def test_every_key_and_item_has_its_line() -> None:
    document = yaml_source.parse("# c\na:\n  - x: 1\n    y: [2,\n        3]\nb: {c: 4}\n", "f.yaml")
    lines = document.lines
    assert lines[("a",)] == 2
    assert lines[("a", 0)] == 3
    assert lines[("a", 0, "y")] == 4
    assert lines[("a", 0, "y", 1)] == 5
    assert lines[("b", "c")] == 6
    assert document.line(("b", "nothing", 3)) == 6


def test_a_path_is_written_as_people_write_it() -> None:
    assert yaml_source.path_text(("caveats", 2, "applies_to", "roles", 0)) == (
        "caveats[2].applies_to.roles[0]"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1, 2\nb: 3\n", 2),
        ("a: 1\nb: 'x\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\n b: 2\n", 2),
        ("a: }\n", 1),
        ("a: 1\nb: @x\n", 2),
        ("a: b: c\n", 1),
        ("%YAML 3.0\n---\na: 1\n", 1),
        ("a: &x\n  - %\n", 2),
    ],
)
def test_what_does_not_parse_is_named_with_its_line(text: str, line: int) -> None:
    (fault,) = faults(text)
    assert (fault.file, fault.line) == ("f.yaml", line)
    assert fault.message.startswith("is not valid YAML: ")


@pytest.mark.parametrize(
    ("text", "place", "tag"),
    [
        ("a: 1\nb: !!python/object/apply:os.system ['true']\n", "b", "tag:yaml.org,2002:python/object/apply:os.system"),
        ("a: 1\nb: !!python/name:os.system\n", "b", "tag:yaml.org,2002:python/name:os.system"),
        ("a: 1\nb: !foo bar\n", "b", "!foo"),
        ("a: 1\nb: !!str 5\n", "b", "tag:yaml.org,2002:str"),
        ("a: 1\nb: !!set {x}\n", "b", "tag:yaml.org,2002:set"),
        ("a: 1\nb: !!binary aGk=\n", "b", "tag:yaml.org,2002:binary"),
    ],
)  # fmt: skip
def test_a_tag_is_refused_where_it_stands(text: str, place: str, tag: str) -> None:
    (fault,) = faults(text)
    assert (fault.line, fault.place, fault.value) == (2, place, tag)
    assert fault.message == "tags are not allowed"


def test_two_tags_are_two_faults() -> None:
    assert [fault.line for fault in faults("a: !x 1\nb: !y 2\n")] == [1, 2]


def test_an_alias_means_what_its_anchor_holds() -> None:
    assert value("a: &x {b: 1}\nc: *x\n") == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize("text", ["a: *x\n", "a: 1\nb: *x\n", "a: [*x, &x 1]\n"])
def test_an_alias_without_anchor_before_it_is_a_fault(text: str) -> None:
    (fault,) = faults(text)
    assert fault.value == "*x"
    assert fault.line == text.count("\n")


@pytest.mark.parametrize("text", ["&x [*x]\n", "a: &x\n  b: *x\n", "&a {b: &c [*a, *c]}\n"])
def test_a_value_that_holds_itself_is_a_fault(text: str) -> None:
    assert all("refers to nothing before it" in fault.message for fault in faults(text))


def test_billion_laughs_end_at_a_bound() -> None:
    text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
    )
    (fault,) = faults(text)
    assert "expands to more than 200000 values" in fault.message


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3\n", "b: 1\nc: {\n  a: 1, a: 2}\n"])
def test_a_key_twice_is_a_fault_in_the_line_of_the_second(text: str) -> None:
    (fault,) = faults(text)
    assert (fault.value, fault.line, fault.message) == ("a", 3, "stands here twice")


def test_keys_that_differ_only_in_kind_are_different() -> None:
    assert value("1: a\n'1': b\n") == {1: "a", "1": "b"}


@pytest.mark.parametrize("key", ["[1, 2]", "{a: 1}", "1.5", "true", "null", "~"])
def test_a_key_is_text_or_a_whole_number(key: str) -> None:
    (fault,) = faults(f"a: 1\n? {key}\n: 2\n")
    assert (fault.line, fault.message) == (2, "cannot be a key")


def test_there_are_no_merge_keys() -> None:
    assert value("a: &x {b: 1}\nc:\n  <<: *x\n") == {"a": {"b": 1}, "c": {"<<": {"b": 1}}}


def test_a_second_document_is_a_fault() -> None:
    (fault,) = faults("a: 1\n---\na: 2\n")
    assert (fault.line, fault.message) == (2, "holds a second document")


def test_one_document_may_be_marked_at_both_ends() -> None:
    assert value("---\na: 1\n...\n") == {"a": 1}


@pytest.mark.parametrize("text", ["[" * 5000, "[" * 5000 + "]" * 5000, "{a: " * 3000, "- " * 3000])
def test_deep_nesting_is_a_fault_and_no_crash(text: str) -> None:
    (fault,) = faults(text)
    assert "nested deeper" in fault.message or "not valid YAML" in fault.message


@pytest.mark.parametrize("text", ["[1, 2]\n", "word\n", "12\n", "- a\n", "null\n", "# nothing\n"])
def test_the_root_may_be_anything_here(text: str) -> None:
    value(text)


@pytest.mark.parametrize("text", ["a: \x7f\n", "a: \ufffe\n", "a: \U000e0001\n", "\ufeffa: 1\n"])
def test_odd_characters_are_read_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        value(text)
