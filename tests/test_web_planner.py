"""What a planner does on the page: prices, filters, months and seats; on a tiny case."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.test_reports import write_case
from tests.test_web import PARTIAL, opened
from web.address import parse
from web.answers import Served
from web.app import application


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planner") / "case"
    write_case(folder)
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    app = application(Served(folder), workers=1)
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        yield client


def priced(client: TestClient) -> str:
    """Return the switches once every one is priced."""
    opened(client, "/")
    until = time.monotonic() + 60
    while "Ordered by" not in (said := client.get("/prices", headers=PARTIAL).text):
        assert time.monotonic() < until
        time.sleep(0.05)
    return said


def test_switches_are_ordered_by_what_lifting_each_would_bring(client: TestClient) -> None:
    said = priced(client)
    # One Czech unit more in place in each of the six months that L01 is demanded.
    assert re.findall(r'<li id="s-([^"]+)"', said) == ["CZE-BASING", "BEL-VOTE"]
    points = re.findall(r'brings</span>.*? ([^ <]+)<span class="v"> points', said)
    assert points[0].startswith("+")
    assert points[1] == "0"


def test_prices_are_of_the_case_and_stay_while_a_scenario_is_open(client: TestClient) -> None:
    priced(client)
    page = opened(client, "/?lift=CZE-BASING")
    assert "Ordered by" in page
    assert page.index('id="s-CZE-BASING"') < page.index('id="s-BEL-VOTE"')


def test_switches_can_be_filtered_by_nation_kind_role_and_state(client: TestClient) -> None:
    page = opened(client, "/")
    for name, values in (
        ("nation", {"BEL", "CZE"}),
        ("kind", {"approval", "basing"}),
        ("state", {"active", "pending"}),
    ):
        choice = re.search(rf'<select id="find-{name}".*?</select>', page, re.S)
        assert choice
        assert set(re.findall(r'value="([^"]+)"', choice[0])) == values
        items = re.findall(rf'<li id="s-[^>]* data-{name}="([^"]*)"', page)
        assert {each for item in items for each in item.split()} == values


def test_numbers_of_the_board_become_fields_that_are_set_only_where_they_change() -> None:
    same = [("month:BEL-VOTE:2", "2"), ("seat:paris:6", "6"), ("seat:london:6", "")]
    assert not parse(same, ())
    state = parse([("month:BEL-VOTE:2", "4"), ("seat:paris:6", "3"), ("seat:london:6", "6")], ())
    assert state.set == (
        "BEL-VOTE.month=4",
        'headquarters.seats=[{"area": "paris", "months": 3}, {"area": "london", "months": 6}]',
    )


def test_a_vote_in_another_month_and_a_seat_for_longer_are_solved_and_shown(
    client: TestClient,
) -> None:
    page = opened(client, "/?month:BEL-VOTE:1=4&seat:paris:6=3&seat:london:6=6")
    assert 'name="month:BEL-VOTE:1" value="4"' in page
    assert 'name="seat:paris:6" value="3"' in page
    # The number says it; a hidden field beside it would say it twice.
    assert '<input type="hidden" name="set"' not in page
    assert page.count('<li title="') == 2


@pytest.mark.parametrize("query", ["month:BEL-VOTE:1=x", "month:NONE:1=4", "seat:paris:6=-1"])
def test_a_number_that_is_none_is_told(client: TestClient, query: str) -> None:
    said = client.get(f"/events?{query}").text
    assert 'role="alert"' in said
