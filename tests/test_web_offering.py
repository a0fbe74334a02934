"""An offer typed in during a conference, and tours pinned or forbidden by a click; on a tiny case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from tests.test_reports import write_case
from tests.test_web import PARTIAL, opened
from web.answers import Served
from web.app import application

OFFER = {"offer": "EST-ENG-1", "nation": "EST", "capability": "eng", "units": "1",
         "personnel": "90", "basis": "reported", "note": "said: today"}  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("offering") / "case"
    write_case(folder)
    app = application(Served(folder), workers=1)
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        yield client


def test_a_new_offer_is_in_the_address_and_the_picture_shows_what_it_brings(
    client: TestClient,
) -> None:
    opened(client, "/")
    answer = client.post("/offer", data=OFFER, headers=PARTIAL)
    to = answer.headers["hx-push-url"]
    assert "add=" in to
    assert "<b>1 of EST-ENG-1</b>" in answer.text
    # Nobody else offers engineers, of which one is missing in each of three months.
    said = opened(client, to)
    assert "3 line-months better" in said
    assert "1 of EST-ENG-1" in said


def test_what_is_wrong_with_an_offer_stands_at_its_field(client: TestClient) -> None:
    wrong = {**OFFER, "units": "many", "nation": "", "basis": "heard", "offer": "ALB-LAND-1"}
    answer = client.post("/offer", data=wrong, headers=PARTIAL)
    assert "hx-push-url" not in answer.headers
    for name in ("units", "nation", "basis"):
        said = re.search(rf'id="w-{name}" role="alert">([^<]+)<', answer.text)
        assert said, name
    assert 'value="many"' in answer.text  # what was typed is still there
    assert "<option selected>heard</option>" in answer.text


def test_what_an_offer_may_name_is_at_hand(client: TestClient) -> None:
    page = opened(client, "/?tab=offer")
    for field, codes in (("nation", {"ALB", "BEL", "CZE", "DNK"}), ("capability", {"inf", "eng"})):
        assert re.search(rf'id="o-{field}" [^>]*list="known-{field}"', page)
        known = re.search(rf'<datalist id="known-{field}">.*?</datalist>', page)
        assert known
        assert codes <= set(re.findall(r'value="([^"]+)"', known[0]))
    choices = re.search(r'<select id="o-basis".*?</select>', page)
    assert choices
    assert "<option>assumed</option>" in choices[0]


def test_an_offer_that_no_link_can_hold_is_told_with_what_can_be_done(
    client: TestClient,
) -> None:
    answer = client.post("/offer", data={**OFFER, "note": "n" * 2000}, headers=PARTIAL)
    said = re.search(r'role="alert" class="wrong"><ul>\s*<li>([^<]+)<', answer.text)
    assert said
    assert re.search(r"comes to 2,\d{3} letters, and the link that holds it to 2,000", said[1])
    assert "Edit the case" in said[1]
    assert "n" * 2000 in answer.text  # what was typed is still there


def test_a_tour_is_pinned_and_an_offer_forbidden_where_the_cell_says_why(
    client: TestClient,
) -> None:
    opened(client, "/")
    said = client.get("/why?line=L01&month=1", headers=PARTIAL).text
    links = [unescape(each) for each in re.findall(r'data-lift="([^"]+)"', said)]
    pins = [each for each in links if "pin=" in each]
    forbids = [each for each in links if "forbid=ALB-LAND-1" in each]
    assert pins
    pinned = opened(client, pins[0])
    assert ">Pinned</span>" in pinned
    assert ">Forbidden</span>" in opened(client, forbids[0])


@pytest.mark.parametrize("tab", ["tours", "lines"])
def test_every_bar_opens_its_tour_which_can_be_pinned(client: TestClient, tab: str) -> None:
    opened(client, "/")
    said = client.get(f"/tab?tab={tab}", headers=PARTIAL).text
    bars = [unescape(each) for each in re.findall(r'href="(/tour[^"]+)" data-why', said)]
    assert len(bars) == len(set(bars)) >= 3
    for each in bars:
        tour = client.get(each, headers=PARTIAL).text
        to = re.search(r'data-lift="([^"]*pin=[^"]*)"', tour)
        assert to
        assert "data-why>why L0" in tour
    assert ">Pinned</span>" in opened(client, unescape(to[1]))
    assert client.get(f"{bars[0]}&area=nowhere", headers=PARTIAL).status_code == 422
