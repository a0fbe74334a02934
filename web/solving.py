"""Questions to worker processes: a queue with limits, answers that are kept, progress, cancel.

Nothing here loads the modelling language or the solver, and nothing blocks the event loop: each
worker has a thread that waits for it. A job is one question on its way to its answer; whoever asks
the same while it is under way shares it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from model.engine import Lost, Worker
from model.outcome import Progress, SolverFault
from web.address import DEEPEST, State
from web.answers import (
    BEHIND,
    LONG,
    MANY,
    ROOMS,
    Asked,
    Counted,
    NoAnswer,
    Packed,
    Served,
    Sketch,
)
from web.jobs import Job
from web.kept import Answers, Foreseen

QUEUE = 32
"""So many questions may wait."""
JOBS = 256
"""So many jobs can be asked after; the oldest are forgotten."""
LEFT = 5.0
"""Seconds after which a search that nobody waits for is stopped: long enough to reload a page."""
ROOM = "web.work"


class Busy(Exception):
    """Raised where too many questions wait already."""


class _Seat:
    """A worker process, and the sessions that it holds as far as is known here."""

    def __init__(self) -> None:
        self.worker = Worker()
        self.held: deque[object] = deque(maxlen=4)
        self.job: Job | None = None
        self.ready = False


def _of(free: list[_Seat], job: Job) -> _Seat:
    """Return a free seat for a job, rather one that holds its session."""
    return next((each for each in free if job.asked.session in each.held), free[0])


class Solving:
    """The workers of a server, and the jobs they have."""

    def __init__(self, served: Served, workers: int) -> None:
        self.served = served
        self._seats = [_Seat() for _ in range(workers)]
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="solve")
        self._queue: deque[Job] = deque()
        self._behind: deque[Job] = deque()
        self._answers = Answers()
        self._foreseen = Foreseen()
        self._under_way: dict[Asked, Job] = {}
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._closed = False
        self._last = 0.0  # when somebody asked for something, in the loop's seconds
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Have every worker build the case as it is; questions may come in meanwhile."""
        self._loop = asyncio.get_running_loop()
        for seat in self._seats:
            self._spawn(self._warm(seat))

    async def close(self) -> None:
        """End every worker, whatever it is doing."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        for seat in self._seats:
            await asyncio.to_thread(seat.worker.close)
        self._threads.shutdown(cancel_futures=True)

    # Jobs

    async def quiet(self, seconds: float) -> None:
        """Wait until nobody has asked for anything for so long."""
        while (left := self._last + seconds - self._loop.time()) > 0:
            await asyncio.sleep(left)

    def look_ahead(self, asked: Asked) -> Job | None:
        """Have a question answered that somebody may ask; None where that is done already."""
        if asked in self._answers or asked in self._under_way:
            return None
        job = Job(asked, kept=True, ahead=True)
        self._under_way[asked] = job
        self._behind.append(job)
        self._next()
        return job

    def ask(self, asked: Asked, *, kept: bool = False) -> Job:
        """Return the job that answers a question, a new one where there is none.

        Raises:
            Busy: the queue is full.
        """
        if asked.kind not in BEHIND:
            self._last = self._loop.time()
        job = self._under_way.get(asked)
        if job is not None and not job.stopping:
            if job.ahead:
                self._wanted(job)
            job.kept = job.kept or kept
            return job
        job = Job(asked, kept=kept)
        answer = self._answers.get(asked)
        if answer is not None:
            job.answer, job.phase = answer, "done"
        elif not job.behind and len(self._queue) >= QUEUE:
            raise Busy
        else:
            self._under_way[asked] = job
            (self._behind if job.behind else self._queue).append(job)
            self._spawn(self._watch(job))
        if not (job.over and asked.kind == "look"):
            self._jobs[job.id] = job
        while len(self._jobs) > JOBS:
            self._jobs.popitem(last=False)
        self._next()
        return job

    def _wanted(self, job: Job) -> None:
        """Take a job for one that somebody has asked for."""
        job.ahead = job.kept = False
        if job in self._behind:
            self._behind.remove(job)
            self._queue.append(job)
        self._jobs[job.id] = job
        self._spawn(self._watch(job))
        self._next()

    def job(self, name: str) -> Job | None:
        """Return a job by its id, if it is not forgotten."""
        return self._jobs.get(name)

    def stop(self, job: Job) -> None:
        """End a search; the best plan that was found is its answer."""
        job.stopping = True
        job.move()

    def cancel(self, job: Job) -> None:
        """End a search; it has no answer."""
        if job.over:
            return
        for waiting in (self._queue, self._behind):
            if job in waiting:
                waiting.remove(job)
        job.stopping = True
        job.sketch = None  # nobody looks at it any more
        self._not_under_way(job)
        job.move("cancelled")

    @property
    def size(self) -> int:
        """How many questions are worked at side by side."""
        return len(self._seats)

    def foresee(self, stamp: str, state: State, found: bytes) -> None:
        """Keep what a search found of a state, for whoever asks for it.

        Args:
            stamp: of the case without its scenarios.
            state: of the case as it is, with switches.
            found: see ``web.answers.Foreseen``.
        """
        self._foreseen.keep(stamp, state, found)

    def _question(self, job: Job) -> Asked:
        """Return what a worker is asked, with what is known of it."""
        asked, found = job.asked, b""
        if asked.kind in ("look", "plan", "whatif"):
            # What it is held against changes nothing of what is found.
            state = replace(asked.state, baseline=())
            if found := self._foreseen.get(self.served.stamp(scenarios=False), state):
                asked = replace(asked, found=found)
        return replace(asked, packed=True) if job.ahead else asked

    def forget(self, asked: Asked) -> None:
        """Let go of an answer, so that it is searched for again."""
        self._answers.forget(asked)

    # Workers

    def _spawn(self, what: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _next(self) -> None:
        """Give waiting jobs to free workers, rather to one that holds the session."""
        free = [seat for seat in self._seats if seat.ready and seat.job is None]
        while free and (job := self._turn()):
            self._queue.remove(job)
            self._begin(seat := _of(free, job), job)
            free.remove(seat)
        at_work = [seat.job for seat in self._seats if seat.job is not None]
        busy = [job for job in at_work if job.behind]
        # Whoever asks has the cores to himself, not only a worker.
        if self._queue or any(not job.behind and job.asked.kind not in MANY for job in at_work):
            for job in busy:
                job.put_off = True
                self.stop(job)
            return
        # An answer is told to its end, while a search lets go at once: a worker waits beside it.
        room = max(1, len(self._seats) - 1) - sum(job.ahead for job in busy)
        for job in list(self._behind):
            if free and (room > 0 or not job.ahead):
                self._behind.remove(job)
                self._begin(seat := _of(free, job), job)
                free.remove(seat)
                room -= job.ahead

    def _turn(self) -> Job | None:
        """Return the job whose turn it is: one of many solves leaves a worker for the others."""
        long = sum(s.job is not None and s.job.asked.kind in MANY for s in self._seats)
        most = max(1, len(self._seats) - 1)
        return next((j for j in self._queue if j.asked.kind not in MANY or long < most), None)

    def _begin(self, seat: _Seat, job: Job) -> None:
        seat.job = job
        self._spawn(self._run(seat, job))

    async def _warm(self, seat: _Seat) -> None:
        # A case that is wrong is told to whoever asks.
        await self._loop.run_in_executor(
            self._threads, self._call, seat, "warm", (self.served,), None
        )
        seat.ready = True
        self._next()

    async def _run(self, seat: _Seat, job: Job) -> None:
        job.move("running")
        answer: Any
        try:
            question = self.served, self._question(job)
            answer = await self._loop.run_in_executor(
                self._threads, self._call, seat, job.asked.kind, question, job
            )
        except Exception as error:  # noqa: BLE001 - told to whoever asked; the seat is free again
            answer = error
        seat.job = None
        if job.asked.session not in seat.held:
            seat.held.append(job.asked.session)
        cut_short = job.ahead or isinstance(answer, NoAnswer)
        if job.put_off and cut_short and job.phase == "running":
            if self._under_way.get(job.asked) is not job:  # somebody has asked for it meanwhile
                job.move("cancelled")
                self._next()
                return
            job.put_off = job.stopping = False
            self._behind.appendleft(job)
            job.move("queued")
            self._next()
            return
        self._not_under_way(job)
        if job.phase != "cancelled":
            if not isinstance(answer, Exception):
                job.answer = answer
                self._keep(job, answer)
                job.move("done")
                if job.asked.kind == "look":  # a picture is asked for anew, not fetched as a job's
                    self._jobs.pop(job.id, None)
            else:
                job.error = answer
                job.move("failed")
        self._next()

    def _not_under_way(self, job: Job) -> None:
        """Let whoever asks the same from now on have a job of its own."""
        if self._under_way.get(job.asked) is job:  # it may be another's by now
            del self._under_way[job.asked]

    def _call(
        self, seat: _Seat, function: str, arguments: tuple[object, ...], job: Job | None
    ) -> Any:
        """Wait for a worker, in a thread; what it raised is returned.

        One that is lost twice is replaced.

        Two solves in a row may each take the time limit: that of the case, and of the change.
        """
        seconds = 3 * self.served.time_limit
        if job is not None and job.asked.state.keep:
            seconds *= 1 + DEEPEST  # each of the plans that are kept, too
        if job is not None and job.asked.kind in MANY:
            seconds += LONG
        if job is not None and job.asked.kind in BEHIND:
            seconds *= 2  # with all tiers, and where those leave it open with its own alone
        room = ROOMS.get(job.asked.kind, ROOM) if job else ROOM

        def tell(at: Progress | Counted | Sketch) -> None:
            if job is None:
                return
            if isinstance(at, Sketch):
                self._loop.call_soon_threadsafe(job.draw, at)
            else:
                self._loop.call_soon_threadsafe(job.move, None, at)

        try:
            seat.worker.put(("work", (room, function, arguments)), seconds)
            return seat.worker.get(tell, lambda: job is not None and job.stopping)
        except (Lost, SolverFault) as error:
            seat.worker.close()
            if not self._closed:
                seat.worker, seat.held = Worker(), deque(maxlen=4)
            return error
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            return error

    def _keep(self, job: Job, answer: Any) -> None:
        # Whoever asked keeps it, or has it: people's pictures are not to go for it.
        if job.asked.kind in BEHIND or job.asked.kind in ("report", "run", "scenario"):
            return
        if job.ahead:
            self._answers.put_by(
                job.asked, answer if isinstance(answer, Packed) else Packed.of(answer)
            )
        else:
            self._answers.keep(job.asked, job.result())

    async def _watch(self, job: Job) -> None:
        """Cancel a job that nobody waits for any more."""
        lonely = 0
        while not job.over and lonely < 2:
            await asyncio.sleep(LEFT / 2)
            lonely = 0 if job.waiting or job.kept else lonely + 1
        self.cancel(job)
