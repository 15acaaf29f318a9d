"""An event loop in simulated time: nothing waits, nothing is random but the seed, and a node may die at any step.

Steps of different tasks that are ready at one time run in an order drawn from the seed (asyncio promises none); what
asyncio does promise (callbacks in the order they were asked for, a task's own steps) is kept.
"""

import asyncio
import heapq
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Mortal(Protocol):
    """Whose steps may end for ever: `dead` ones are never run again, and nothing of theirs is cleaned up. The steps of
    a `frozen` one are kept until it thaws (a machine that was suspended)."""

    dead: bool
    frozen: list[asyncio.Handle] | None
    tasks: list["asyncio.Task[Any]"]


OWNER: ContextVar[Mortal | None] = ContextVar("owner", default=None)


class Stuck(Exception):
    """The world has come to an end before its time: nothing is ready and no timer is set, or time stands still."""


MOST_AT_ONCE = 200_000  # rounds at one instant; a loop of the product's that waits for nothing comes here


class Loop(asyncio.BaseEventLoop):
    """`steps` counts what was run for owners. `kill` is asked before the step number `kill_at` and names nothing: the
    owner whose turn it would have been is the one that dies."""

    _ready: Any
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool
    _timer_cancelled_count: int

    def __init__(self, random: Random) -> None:
        self._at = 0.0
        super().__init__()
        self._random = random
        self.steps = 0
        self._rounds = 0
        self.kill_at = 1 << 62
        self.kill: Callable[[Mortal], None] = lambda owner: None
        self.freeze: Callable[[Mortal], None] | None = None

    def time(self) -> float:
        return self._at

    def _run_once(self) -> None:
        ready, timers = self._ready, self._scheduled
        while timers and timers[0]._cancelled:
            heapq.heappop(timers)._scheduled = False  # type: ignore[attr-defined]
            self._timer_cancelled_count -= 1
        if self._timer_cancelled_count > 500:
            self._forget_cancelled()
        if not ready:
            if not timers:
                raise Stuck
            self._at = max(self._at, timers[0]._when)  # type: ignore[attr-defined]
            self._rounds = 0
        self._rounds += 1
        if self._rounds > MOST_AT_ONCE:
            raise Stuck("time stands still")
        while timers and timers[0]._when <= self._at:  # type: ignore[attr-defined]
            due = heapq.heappop(timers)
            due._scheduled = False  # type: ignore[attr-defined]
            ready.append(due)
        if len(ready) == 1:
            handle = ready.popleft()
            if not handle._cancelled:
                self._step(handle)
            return
        batch = list(ready)
        ready.clear()
        self._shuffle(batch)
        for handle in batch:
            if not handle._cancelled:
                self._step(handle)

    def _forget_cancelled(self) -> None:
        kept = []
        for timer in self._scheduled:
            if timer._cancelled:
                timer._scheduled = False  # type: ignore[attr-defined]
            else:
                kept.append(timer)
        self._timer_cancelled_count = 0
        heapq.heapify(kept)
        self._scheduled[:] = kept

    def _shuffle(self, batch: list[asyncio.Handle]) -> None:
        """Tasks change places with tasks; callbacks stay where they are."""
        places = [n for n, handle in enumerate(batch) if isinstance(_bound(handle), asyncio.Task)]
        if len(places) > 1:
            handles = [batch[n] for n in places]
            self._random.shuffle(handles)
            for n, handle in zip(places, handles, strict=True):
                batch[n] = handle

    def _step(self, handle: asyncio.Handle) -> None:
        owner = handle._context.get(OWNER)  # type: ignore[attr-defined]
        if owner is not None:
            if owner.dead:
                return
            self.steps += 1
            if owner.frozen is None and self.freeze is not None:
                self.freeze(owner)
            if owner.frozen is not None:
                owner.frozen.append(handle)
                return
            if self.steps >= self.kill_at:
                self.kill(owner)
                return
        handle._run()

    def thaw(self, owner: Mortal) -> None:
        handles, owner.frozen = owner.frozen or [], None
        self._ready.extend(handles)

    def create_task(
        self, coro: Generator[Any, None, T] | Coroutine[Any, Any, T], *, name: object = None,
        context: Context | None = None,
    ) -> "asyncio.Task[T]":  # fmt: skip
        task: asyncio.Task[T] = asyncio.Task(
            coro, loop=self, name="task" if name is None else str(name), context=context
        )
        owner = OWNER.get() if context is None else context.get(OWNER)
        if owner is not None:
            owner.tasks.append(task)
        return task

    def apart(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """A task that belongs to nobody, whoever starts it: what is on its way in the network outlives its sender."""
        context = copy_context()
        context.run(OWNER.set, None)
        return self.create_task(work, context=context)

    def run_in_executor(self, executor: object, func: Any, *args: object) -> Any:
        """There are no threads in simulated time, and computing takes none of it."""
        done: asyncio.Future[Any] = self.create_future()
        done.set_result(func(*args))
        return done

    def _write_to_self(self) -> None:
        """Nobody is asleep in a selector."""

    def _process_events(self, event_list: object) -> None:
        """There is no real input."""


def _bound(handle: asyncio.Handle) -> object:
    return getattr(handle._callback, "__self__", None)  # type: ignore[attr-defined]
