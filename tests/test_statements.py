"""The table of published statements agrees with the shipped case, and the pages with the table."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from model import caveats, rules
from model.case import Case
from model.caveats.base import Caveat
from model.read import read_case

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "statements.csv"
KINDS = {*caveats.KINDS, *rules.KINDS}
ELSEWHERE = {"calendar", "headquarters", "politics"}
"""What states a thing said where no kind has to: two sections of the case; or nothing could."""

Row = dict[str, str]


@cache
def table() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def shipped() -> Case:
    return read_case(ROOT / "data").case


def references(source: str) -> set[str]:
    """Return the addresses and the background texts that a source names."""
    return set(re.findall(r"https?://[^\s|]+|background text \d{3}", source))


def test_every_row_says_who_said_what_where() -> None:
    for row in table():
        assert re.fullmatch("[A-Z]{3}", row["nation"]), row
        assert re.fullmatch(r"(\d{4}(-\d\d(-\d\d)?)?)?", row["date"]), row
        for column in ("by", "statement", "type"):
            assert row[column] == row[column].strip() != "", row
        assert len(references(row["source"])) == 1, row
        assert row["kind"] in KINDS | ELSEWHERE, row


def test_every_row_names_an_entry_of_its_kind_or_a_reason() -> None:
    entries = {each.id: each for each in (*shipped().caveats, *shipped().rules)}
    for row in table():
        assert bool(row["entry"]) != bool(row["reason"]), row
        if row["entry"]:
            assert row["entry"] in entries, row
            entry = entries[row["entry"]]
            assert entry.kind == row["kind"], row
            if isinstance(entry, Caveat) and len(entry.bound) == 1:
                assert entry.bound == (row["nation"],), row


def test_every_id_that_a_reason_names_is_in_the_case() -> None:
    ids = {each.id for each in (*shipped().caveats, *shipped().rules)}
    named = {
        word for row in table() for word in re.findall(r"[A-Z]{3,}(?:-[A-Z]+)+", row["reason"])
    }
    assert named
    assert named <= ids


@pytest.mark.parametrize("caveat", shipped().caveats, ids=lambda caveat: caveat.id)
def test_every_caveat_is_found_with_its_sources_and_its_date(caveat: Caveat) -> None:
    carried = [row for row in table() if row["entry"] == caveat.id]
    assert references(caveat.source) <= {
        each for row in carried for each in references(row["source"])
    }
    assert carried, f"docs/statements.csv has no row for {caveat.id}"
    assert any(row["date"] and str(caveat.as_of).startswith(row["date"]) for row in carried)


def test_no_statement_stands_twice() -> None:
    said = [(row["nation"], row["date"], row["statement"], row["source"]) for row in table()]
    assert len(said) == len(set(said))


def test_the_page_sums_up_the_table() -> None:
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in table():
        kinds[row["type"]].add(row["kind"])
        for name in (row["type"], "all"):
            counts[name][0] += 1
            counts[name][1] += bool(row["entry"])
    text = (ROOT / "docs" / "statements.md").read_text(encoding="utf-8")
    summary = text.partition("<!-- summary -->")[2].partition("<!-- end of summary -->")[0]
    told = {}
    for line in summary.strip().splitlines()[2:]:
        name, _, rows, carried, *by = (cell.strip() for cell in line.strip("|").split("|"))
        told[name.strip("`")] = ([int(rows), int(carried)], set(re.findall(r"`(\w+)`", by[0])))
    assert told == {name: (count, kinds[name]) for name, count in counts.items()}
