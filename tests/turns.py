"""Taking turns: a test marked `serial` runs while no other does, on any worker of the run."""

import fcntl
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest


@contextmanager
def held(path: Path, how: int) -> Iterator[None]:
    """The file's lock, shared or exclusive, across processes; the kernel frees it should a worker die."""
    with path.open("a") as file:
        fcntl.flock(file, how)
        yield


@contextmanager
def turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Ordinary tests are in the room together, a serial one by itself. Everybody comes in through the gate,
    and who waits for an empty room keeps it shut: a serial test is never passed over for ever."""
    with ExitStack() as inside:
        with held(folder / "gate", fcntl.LOCK_EX):
            inside.enter_context(held(folder / "room", fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The first of all wrappers, so that waiting for a turn is not part of a test's timeout."""
    assert item.config.cache is not None
    with turn(item.config.cache.mkdir("turns"), alone=item.get_closest_marker("serial") is not None):
        return (yield)
