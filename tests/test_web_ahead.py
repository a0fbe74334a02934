"""What is worked out before anybody asks for it; on a tiny case, by the page's own workers."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from model.session import Session
from tests.test_reports import write_case
from web import kept, pricing, pricing_work, work
from web import solving as solving_
from web.address import State
from web.answers import Asked, Foreseen, Look, NoAnswer, Packed, PriceBatch, Served, Sketch
from web.kept import Answers
from web.pricing import Pricing
from web.solving import Solving

LIFTS = ("CZE-BASING", "BEL-VOTE")


@pytest.fixture
def served(tmp_path: Path) -> Served:
    write_case(tmp_path / "case")
    return Served(tmp_path / "case")


def lifted(served: Served, name: str) -> Asked:
    return Asked("look", State(lift=(name,)), served.stamp())


def with_workers(
    served: Served, then: Callable[[Solving], Awaitable[None]], workers: int = 1
) -> None:
    """Do something with one worker, or more."""

    async def run() -> None:
        solving = Solving(served, workers=workers)
        solving.start()
        try:
            await asyncio.wait_for(then(solving), 120)
        finally:
            await solving.close()

    asyncio.run(run())


@pytest.mark.parametrize("patience", [pricing.PATIENCE, 0.0])
def test_after_the_prices_every_lifted_caveat_has_its_answer_already(
    served: Served, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    # What takes longer than it may is ended, and searched to its end after the others.
    monkeypatch.setattr(pricing, "PATIENCE", patience)
    monkeypatch.setattr(pricing, "QUIET", 0.0)
    monkeypatch.setattr(pricing, "PAUSE", 0.0)

    async def then(solving: Solving) -> None:
        work = Pricing(solving)
        work.now(served.stamp(scenarios=False))
        assert work._task is not None
        await work._task
        for name in LIFTS:
            assert solving._foreseen.get(served.stamp(scenarios=False), State(lift=(name,)))
            job = solving.ask(lifted(served, name))
            assert job.over
            ahead: Look = job.result()
            solving.forget(lifted(served, name))
            fresh = solving.ask(lifted(served, name))
            assert not fresh.over
            await fresh.wait()
            assert fresh.result().content == ahead.content

    with_workers(served, then)


def test_one_worker_waits_for_whoever_asks_while_the_others_look_ahead(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pricing, "QUIET", 0.0)
    monkeypatch.setattr(pricing, "PAUSE", 0.0)
    monkeypatch.setattr(pricing, "PATIENCE", 60.0)
    wanted: list[int] = []

    async def then(solving: Solving) -> None:
        work = Pricing(solving)
        prices = work.now(served.stamp(scenarios=False))
        go_on = solving._next

        def counted() -> None:
            if prices.over:
                at_work = [each.job for each in solving._seats if each.job is not None]
                wanted.append(len(solving._behind) + len(at_work))
            go_on()

        monkeypatch.setattr(solving, "_next", counted)
        assert work._task is not None
        await work._task

    with_workers(served, then, workers=2)
    assert len(wanted) > len(LIFTS)
    assert max(wanted) == 1


def priced(served: Served, *of: str) -> PriceBatch | Foreseen:
    more = tuple(("of", name) for name in of)
    asked = Asked("price", State(), served.stamp(), more)
    return pricing_work.price(served, asked, lambda told: None, lambda: False)


def test_what_a_price_has_found_answers_whoever_lifts_it_and_nothing_is_solved_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in LIFTS:
        answer = priced(served, name)
        assert isinstance(answer, Foreseen)
        assert answer.found
        fresh = work.look(served, lifted(served, name), lambda told: None, lambda: False)
        assert isinstance(fresh, Look)
        told: list[object] = []
        with monkeypatch.context() as patch:
            patch.delattr(Session, "find")
            asked = replace(lifted(served, name), found=answer.found)
            again = work.look(served, asked, told.append, lambda: False)
        assert isinstance(again, Look)
        assert again.content == fresh.content
        assert again.board == fresh.board
        assert [each.last for each in told if isinstance(each, Sketch)] == [True]


def test_what_was_found_of_a_caveat_is_used_for_no_other_change(served: Served) -> None:
    found = {}
    for name in LIFTS:
        answer = priced(served, name)
        assert isinstance(answer, Foreseen)
        found[name] = answer.found

    async def then(solving: Solving) -> None:
        for name in LIFTS:
            solving.foresee(served.stamp(scenarios=False), State(lift=(name,)), found[name])
        both = Asked("look", State(lift=LIFTS), served.stamp())
        refused = Asked("look", State(lift=LIFTS[:1], refuse=LIFTS[1:]), served.stamp())
        for asked, known in (
            (lifted(served, LIFTS[0]), found[LIFTS[0]]),
            (lifted(served, LIFTS[1]), found[LIFTS[1]]),
            (both, b""),
            (refused, b""),
        ):
            job = solving.ask(asked)
            assert solving._question(job).found == known
            await job.wait()
            plain = work.look(served, asked, lambda told: None, lambda: False)
            assert isinstance(plain, Look)
            assert job.result().content == plain.content
        # As soon as a file of the case is another one, all of it is forgotten.
        yaml = served.folder / "constraints.yaml"
        yaml.write_text(yaml.read_text("utf-8") + "\n", "utf-8")
        job = solving.ask(lifted(served, LIFTS[0]))
        assert solving._question(job).found == b""
        await job.wait()

    with_workers(served, then)


def test_a_price_that_is_stopped_lets_go_and_is_worked_out_later(served: Served) -> None:
    asked = Asked("price", State(), served.stamp(), (("of", LIFTS[0]),))
    with pytest.raises(NoAnswer):
        pricing_work.price(served, asked, lambda told: None, lambda: True)
    assert isinstance(priced(served, LIFTS[0]), Foreseen)


def test_what_was_begun_ahead_is_shared_with_who_asks_for_it(served: Served) -> None:
    async def then(solving: Solving) -> None:
        first, second = (solving.look_ahead(lifted(served, name)) for name in LIFTS)
        assert first is not None
        assert second is not None
        assert solving.look_ahead(second.asked) is None
        assert solving.ask(second.asked) is second
        await second.wait()
        assert not second.ahead
        assert not first.over
        await first.wait()
        assert solving.ask(first.asked).over

    with_workers(served, then)


def test_who_asks_for_something_else_does_not_wait_for_what_is_looked_at_ahead(
    served: Served,
) -> None:
    async def then(solving: Solving) -> None:
        ahead = solving.look_ahead(lifted(served, LIFTS[0]))
        assert ahead is not None
        async for _ in ahead.follow():
            if ahead.phase == "running":
                break
        asked = solving.ask(lifted(served, LIFTS[1]))
        assert ahead.put_off
        await asked.wait()
        # It begins anew, and is not cut short by the stop that put it off.
        await ahead.wait()
        assert ahead.result().content.status == "optimal"

    with_workers(served, then)


def test_so_many_answers_are_kept_and_those_of_files_that_changed_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept, "GIVEN", 2)
    monkeypatch.setattr(kept, "AHEAD", 3)
    answers = Answers()
    several = [Asked("look", State(lift=(f"C{i}",)), "now") for i in range(5)]
    for each in several:
        answers.put_by(each, Packed.of({"of": each.state.lift}))
    assert [each in answers for each in several] == [False, False, True, True, True]
    for each in several[2:]:
        assert answers.get(each) == {"of": each.state.lift}
    assert [each in answers for each in several] == [False, False, False, True, True]
    answers.put_by(several[0], Packed.of(1))
    later = Asked("look", State(), "later")
    answers.put_by(later, Packed.of(2))
    assert several[0] not in answers
    answers.forget(later)
    assert later not in answers


def test_a_picture_that_is_kept_no_more_is_held_by_no_job(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "GIVEN", 1)
    monkeypatch.setattr(solving_, "LEFT", 0.1)

    async def then(solving: Solving) -> None:
        seen: list[weakref.ref[Look]] = []
        for name in (*LIFTS, LIFTS[1]):  # the last one is known already
            job = solving.ask(lifted(served, name))
            await job.wait()
            seen.append(weakref.ref(job.result()))
        del job
        await asyncio.gather(*solving._tasks)  # until nobody looks after the jobs any more
        gc.collect()
        assert [each() is not None for each in seen] == [False, True, True]
        solving.forget(lifted(served, LIFTS[1]))
        gc.collect()
        assert not any(each() for each in seen)

    with_workers(served, then)
