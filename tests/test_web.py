"""The page and the API over HTTP, on a tiny case with a real worker; and one look in a browser."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from starlette.testclient import TestClient

from model.outcome import Progress
from tests import browser
from tests.test_reports import write_case
from web import casework, view
from web.address import State
from web.answers import Served
from web.app import application
from web.pricing import Prices

ROOT = Path(__file__).resolve().parents[1]
VENDORED = {
    "htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "hx-sse-4.0.1.min.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("web") / "case"
    write_case(folder)
    app = application(Served(folder), workers=1)
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        yield client


PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def ended(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    """Return a job once it is over."""
    until = time.monotonic() + 60
    while job["phase"] in ("queued", "running"):
        assert time.monotonic() < until
        time.sleep(0.05)
        job = client.get(f"/api/jobs/{job['id']}").json()
    return job


def opened(client: TestClient, address: str) -> str:
    """Return the page of an address, with its answer."""
    streamed = client.get(address.replace("/", "/events", 1))
    assert streamed.status_code == 200
    page = client.get(address)
    assert page.status_code == 200
    return page.text


def test_what_is_vendored_is_what_was_looked_at_and_its_licence_is_told() -> None:
    there = {each.name: each for each in (view.STATIC / "vendor").iterdir()}
    assert {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in there.items()} == VENDORED
    assert "htmx 4.0.1" in (ROOT / "NOTICE").read_text("utf-8")


def test_the_page_loads_nothing_from_elsewhere_and_no_script_of_its_own_text(
    client: TestClient,
) -> None:
    page = opened(client, "/")
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert address.startswith(("/", "#")), address
    assert not re.search(r"<script(?![^>]*src=)|<style| style=| on[a-z]+=", page)
    policy = client.get("/").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_every_screen_carries_the_marking_also_on_paper(client: TestClient) -> None:
    assert client.get("/style.css").text.count('content:"TEST RESTRICTED"') == 2
    read = casework.Read(None, (), (), "Test force", "TEST RESTRICTED", {})
    waiting = view.page(State(), None, "", Prices(""), read)
    assert "<h1>Test force</h1>" in waiting
    pages = [client.get(each).text for each in ("/", "/case", "/?lift=NONE", "/nowhere")]
    for page in (*pages, waiting):
        assert page.count('<p class="marking">TEST RESTRICTED') == 2


def test_a_lifted_caveat_is_listed_with_its_undo_and_held_against_the_case(
    client: TestClient,
) -> None:
    base = opened(client, "/")
    name = re.search(r'name="lift" value="([^"]+)"', base)
    assert name
    page = opened(client, f"/?lift={name[1]}")
    assert f"<b>{name[1]}</b>" in page
    assert "than the case as it is" in page
    assert "than the case as it is" not in base


def test_an_open_page_gets_only_what_changes_and_its_new_address(client: TestClient) -> None:
    opened(client, "/")
    answer = client.get("/?tab=tours", headers=PARTIAL)
    assert answer.headers["hx-push-url"] == "/?tab=tours"
    assert "<html" not in answer.text
    assert 'hx-target="#picture"' in answer.text


def test_a_click_leaves_the_tab_that_is_open(client: TestClient) -> None:
    opened(client, "/")
    there = {**PARTIAL, "HX-Current-URL": "http://127.0.0.1:8765/?lift=CZE-BASING&tab=tours"}
    assert client.get("/", headers=there).headers["hx-push-url"] == "/?tab=tours"
    assert client.get("/?tab=run", headers=there).headers["hx-push-url"] == "/?tab=run"


def test_every_tab_of_an_answer_opens(client: TestClient) -> None:
    for name in view.TABS:
        answer = client.get(f"/tab?tab={name}", headers=PARTIAL)
        assert answer.status_code == 200
        assert answer.text.count('aria-current="page"') == 1


def test_a_cell_says_why_and_one_that_is_not_there_says_that(client: TestClient) -> None:
    said = client.get("/why?line=L01&month=1", headers=PARTIAL)
    assert said.status_code == 200
    assert "L01" in said.text
    for query in ("line=L01&month=999", "line=NONE&month=1", "line=L01&month=x", "line=L01"):
        assert client.get(f"/why?{query}", headers=PARTIAL).status_code == 422


def test_a_wrong_address_is_told_with_the_nearest_names(client: TestClient) -> None:
    name = re.search(r'name="lift" value="([^"]+)"', opened(client, "/"))
    assert name
    for address in (f"/?lift={name[1][:-1]}X", f"/events?lift={name[1][:-1]}X"):
        answer = client.get(address)
        assert name[1] in answer.text
        assert "lift:" in answer.text
    assert client.get("/?lift=NOT-THERE").status_code == 422
    assert client.get("/?set=nonsense").status_code == 422
    assert client.get("/?scenario=../../x.yaml").status_code == 422
    assert client.get("/nowhere").status_code == 404


def test_another_host_or_a_page_from_elsewhere_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"Host": "localhost:8765"}).status_code == 200
    for name, value in (("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")):
        assert client.post("/api/plan", json={}, headers={name: value}).status_code == 403
    ours = {"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/plan", json={}, headers=ours).status_code == 202


def test_a_program_gets_a_plan_and_a_what_if_as_jobs(client: TestClient) -> None:
    plan = ended(client, client.post("/api/plan", json={}).json())
    assert plan["phase"] == "done"
    assert plan["result"]["status"] == "optimal"
    said = re.search(r'name="lift" value="([^"]+)"', opened(client, "/"))
    assert said
    what = ended(client, client.post("/api/whatif", json={"lift": [said[1]]}).json())
    assert what["result"]["change"] == [f"lift {said[1]}"]
    assert {"base", "changed", "coverage", "gaps"} <= what["result"].keys()


def test_a_program_is_told_what_is_wrong(client: TestClient) -> None:
    wrong = ended(client, client.post("/api/plan", json={"lift": ["NOT-THERE"]}).json())
    assert wrong["phase"] == "failed"
    assert wrong["error"]["faults"][0]["value"] == "NOT-THERE"
    assert client.post("/api/plan", json={"lfit": []}).status_code == 422
    assert client.post("/api/plan", json={"scenario": ["x/y.yaml"]}).status_code == 422
    assert client.get("/api/jobs/none").status_code == 404
    assert client.delete("/api/jobs/none").status_code == 404


def test_a_job_that_is_ended_stays_ended(client: TestClient) -> None:
    job = client.post("/api/plan", json={"set": ["calendar.rotation_step=1"]}).json()
    assert client.delete(f"/api/jobs/{job['id']}").json()["phase"] == "cancelled"
    assert ended(client, job)["result"] is None
    # The worker is free for the next one.
    assert ended(client, client.post("/api/whatif", json={}).json())["phase"] == "done"


def test_the_api_describes_itself_and_has_no_page_that_loads_scripts(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    assert {"/api/plan", "/api/whatif", "/api/jobs/{job}"} <= described["paths"].keys()
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


def test_progress_says_best_bound_and_gap_and_offers_to_stop() -> None:
    at = Progress("shortfall", 12.5, 11.0, 0.12, 4.2)
    said = view.progress(at, "abc", waits=False, stopping=False)
    assert "best 12.5, bound 11, gap 12" in said
    assert 'hx-post="/api/jobs/abc/stop"' in said


def test_the_server_never_loads_the_modelling_language_or_the_solver() -> None:
    code = (
        "import sys, web.app; loaded = {each.split('.')[0] for each in sys.modules}\n"
        "print(sorted(loaded & {'pyomo', 'highspy', 'numpy', 'pandas', 'typer'}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def serve(case: Path, port: int = 0) -> tuple[subprocess.Popen[str], str]:
    """Start a server of its own; return it and its address."""
    arguments = ["serve", "--case", str(case), "--port", str(port), "--no-browser"]
    server = subprocess.Popen(
        [sys.executable, "solve.py", *arguments, "--workers", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    return server, server.stdout.readline().split()[-1]


@contextmanager
def running(case: Path) -> Iterator[str]:
    """A server of a case for as long as it is needed; its address."""
    server, address = serve(case)
    assert server.stdout
    try:
        yield address
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server of its own, as ``serve`` starts it."""
    write_case(tmp_path / "case")
    with running(tmp_path / "case") as address:
        yield address


def test_a_caveat_is_lifted_in_a_browser_and_the_picture_changes(address: str) -> None:
    with browser.opened() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        page.locator("#answer table.grid").wait_for(timeout=60_000)
        page.locator("[role=switch][name=lift]").first.click()
        page.locator("#answer .shift").wait_for(timeout=60_000)
        assert "lift=" in page.url
        expect(page.locator(".done li")).to_have_count(1)
        assert Axe().run(page).violations_count == 0
        page.locator(".grid td[tabindex='0']").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.locator("dialog[open] h2").wait_for()
        page.keyboard.press("Escape")
        page.go_back()
        page.locator("#answer .shift").wait_for(state="detached")
        expect(page.locator("[role=switch]:checked")).to_have_count(0)
        assert not errors
        assert all(each.startswith(address) for each in asked)
