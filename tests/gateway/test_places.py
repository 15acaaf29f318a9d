"""Where waiting visitors stand: shown live in the widget, only what changed, and never to those who do not wait."""

from collections.abc import Callable
from typing import Any

import msgspec

from core.turn import Standing
from gateway.guest import Guest
from gateway.places import EVERY_S, show_place
from gateway.visitor import Visitor


class Paper:
    """What would be written to a socket."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []

    def write(self, frame: bytes) -> None:
        self.frames.append(msgspec.json.decode(frame[frame.index(b"{") :]))  # without the socket's own header


def guest(chat: str | None = "s1") -> tuple[Guest, Paper]:
    paper = Paper()
    made = Guest(None, Visitor(channel="site", address="visitor:1", expires=0), paper, chat=chat)  # type: ignore[arg-type]
    return made, paper


def at(position: int, wait: int | None = None) -> Callable[[str], Standing | None]:
    return lambda session: Standing(position, wait) if session == "s1" else None


def test_a_place_is_shown_with_the_expected_wait() -> None:
    one, paper = guest()
    show_place(one, at(3, 240))
    assert paper.frames == [{"type": "queue", "session": "s1", "position": 3, "wait_seconds": 240}]


def test_what_did_not_change_is_not_shown_again() -> None:
    one, paper = guest()
    for _ in range(3):
        show_place(one, at(3))
    show_place(one, at(2))
    assert [frame["position"] for frame in paper.frames] == [3, 2]
    assert paper.frames[0]["wait_seconds"] is None


def test_who_does_not_wait_is_shown_nothing() -> None:
    for one, paper in (guest("another"), guest(None)):
        show_place(one, at(1))
        assert paper.frames == []


def test_who_waits_again_is_shown_their_place_again() -> None:
    one, paper = guest()
    show_place(one, at(1))
    show_place(one, lambda session: None)
    show_place(one, at(1))
    assert len(paper.frames) == 2


def test_it_is_looked_at_every_ten_seconds_and_not_more_often() -> None:
    assert EVERY_S == 10.0
