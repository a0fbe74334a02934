"""Pictures of plans that are found while a search goes on; on a tiny case."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from model.outcome import Progress
from tests.test_reports import write_case
from tests.test_sketch import eager  # noqa: F401 - a fixture
from web import pages, view, work
from web.answers import Asked, Counted, Look, Price, Served, Sketch
from web.jobs import Job
from web.pricing import Prices


@pytest.fixture
def heard(tmp_path: Path, eager: None) -> tuple[Job, Look, list[Sketch]]:  # noqa: F811
    """A question, its answer, and the pictures that were told on the way."""
    write_case(tmp_path / "case")
    served = Served(tmp_path / "case")
    asked = Asked("look", served.state([("set", "ALB-LAND-1.units=3")]), served.stamp())
    told: list[Progress | Counted | Sketch] = []
    look = work.look(served, asked, told.append, lambda: False)
    return Job(asked), look, [each for each in told if isinstance(each, Sketch)]


def test_better_plans_are_told_and_the_last_is_as_good_as_the_answer(
    heard: tuple[Job, Look, list[Sketch]],
) -> None:
    _, look, sketches = heard
    shares = [each.content.index for each in sketches]
    assert shares
    assert shares[-1] == look.content.index
    assert all(each.content.changes for each in sketches)
    assert [each.last for each in sketches] == [False] * (len(sketches) - 1) + [True]
    assert all(each.content.unproven for each in sketches[:-1])
    last = sketches[-1].content
    assert not last.unproven
    assert (last.lines, last.roles) == (look.content.lines, look.content.roles)


def test_the_picture_of_the_answer_comes_before_what_is_told_of_it(
    heard: tuple[Job, Look, list[Sketch]],
) -> None:
    job, look, sketches = heard
    said = view.follows(job.asked.state, sketches[-1], 3, "gaps")
    assert 'hx-target="#picture"' in said
    assert "drawn=3" in said
    assert 'class="picture-of"' in said
    assert "not yet proven" not in said
    assert "/events?set=" in said
    assert said.count("<td") < view.update(job.asked.state, look, "gaps", Prices("")).count("<td")


def test_prices_that_end_while_the_switches_are_drawn_are_not_told_as_their_order(
    heard: tuple[Job, Look, list[Sketch]],
) -> None:
    class Ending(Prices):
        """Prices that the event loop ends a moment after they were looked at first."""

        def __getattribute__(self, name: str) -> Any:
            value = super().__getattribute__(name)
            if name == "over":
                self.over = True
            return value

    job, look, _ = heard
    names = [each.name for each in look.board.switches]
    several = ((name, float(-at)) for at, name in enumerate(names))
    found = {name: Price(name, 0.0, (0, 0), (0, 0), False, (at,)) for name, at in several}
    for prices, told, order in (
        (Prices("", found, over=True), True, names[::-1]),
        (Ending("", found), False, []),
    ):
        said = view.pricing(job.asked.state, look, "", prices)
        assert ("Ordered by" in said) == told
        assert re.findall(r'<li id="s-([^"]+)"', said) == order
    assert len(names) > 1


def test_a_page_that_waits_shows_them_marked_until_the_answer_is_there(
    heard: tuple[Job, Look, list[Sketch]],
) -> None:
    job, look, sketches = heard

    async def follow() -> list[str]:
        told = pages._told(job, "", Prices(""))
        said = [await anext(told)]
        job.draw(sketches[0])
        said.append(await anext(told))
        job.answer = look
        job.move("done")
        return [*said, await anext(told)]

    before, sketch, answer = asyncio.run(follow())
    assert "THE BEST PLAN SO FAR" not in before
    assert "THE BEST PLAN SO FAR, not yet proven" in sketch
    assert 'class="so-far"' in sketch
    assert "so-far" not in answer
    assert 'class="picture-of"' in answer


def test_a_page_is_sent_no_picture_that_it_has_and_every_other_one(
    heard: tuple[Job, Look, list[Sketch]],
) -> None:
    job, _, sketches = heard

    async def first(drawn: int) -> str:
        told = pages._told(job, "", Prices(""), drawn)
        said = await anext(told)
        await told.aclose()
        return said

    job.draw(sketches[0])
    job.draw(sketches[-1])
    assert ["<td" in asyncio.run(first(drawn)) for drawn in (0, 1, 2)] == [True, True, False]


def test_a_click_is_answered_by_the_first_picture_and_what_follows_is_listened_to(
    heard: tuple[Job, Look, list[Sketch]],
) -> None:
    job, look, sketches = heard

    async def click() -> str:
        asking = asyncio.create_task(job.wait(60, drawn=True))
        await asyncio.sleep(0)
        job.draw(sketches[0])
        assert not await asking
        return await pages.shown(job, "", Prices(""))

    said = asyncio.run(click())
    assert "THE BEST PLAN SO FAR, not yet proven" in said
    assert "drawn=1" in said
    job.answer = look
    job.move("done")
    assert "so-far" not in asyncio.run(pages.shown(job, "", Prices("")))
