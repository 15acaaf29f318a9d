"""The chaos laboratory's books compared: what customers and agents were told, what the store has, what phones got."""

import asyncio
from collections import Counter
from itertools import pairwise
from typing import Any

from simulator.app import Simulator
from tests.lab.chaos_people import Book, Desk, Said, noted

Item = dict[str, Any]
Place = tuple[str, int, bool]
"""When the session was opened (numbers are given out in blocks), its place in it, and whether it was late."""
STILL_S, SETTLES_S = 240.0, 1200.0
"""As long as anything moves it is waited for: nothing may stand still for longer than a lease (60 s), Meta's wait for a
status (30 s) and the backoff of some attempts; and not for ever."""
DEDUPES = {"line"}
"""Its pushes. A reply knows no key: of one that got no answer, and whose token died meanwhile, nobody can tell."""
WHOLE_SECONDS = {"telegram", "whatsapp-cloud"}
"""Their messages carry the second and no more: what was said within one and came the wrong way round looks in order."""
COURTESIES = ("There ", "You are next")


async def everything(desk: Desk, token: str) -> dict[str, tuple[Item, list[Item]]]:
    """Session → what lists say of it, and its messages."""
    found = {}
    async for session in desk.all_of(token, "/inbox/sessions"):
        messages = [item async for item in desk.all_of(token, f"/inbox/sessions/{session['id']}/messages")]
        found[session["id"]] = session, messages
    return found


async def settled(desk: Desk, token: str, book: Book) -> dict[str, tuple[Item, list[Item]]]:
    """When nobody waits for an agent, nothing is on its way out, no chat is left open, and what was acknowledged is
    there; or once nothing has moved for too long, as it is then: who waits for how long is among the laws."""
    time = asyncio.get_running_loop().time
    began, moved, before = time(), time(), None
    while True:
        asked = time()
        open_ones = [s async for s in desk.all_of(token, "/inbox/sessions") if s["phase"] != "closed"]
        late = time() - moved > STILL_S or time() - began > SETTLES_S
        left: tuple[object, ...] = tuple(sorted((s["id"], s["phase"], str(s.get("agent"))) for s in open_ones))
        if not open_ones or late:
            found = await everything(desk, token)
            messages = [message for _, those in found.values() for message in those]
            heard = {m["content"]["text"] for m in messages if m["author"]["kind"] == "customer"}
            missing = [w for w, said in book.said.items() if said.acknowledged is not None and w not in heard]
            queued = [message["id"] for message in messages if message["state"] == "queued"]
            if late:
                for session in open_ones:
                    book.breaks("never settled", f"{session['id']} is {session['phase']}")
            if late or not (missing or queued):
                return found
            left = (*missing, *queued)
        if left != before:
            before, moved = left, time()
        await asyncio.sleep(max(0.5, time() - asked))


def audit(book: Book, found: dict[str, tuple[Item, list[Item]]], simulator: Simulator) -> Counter[str]:
    """Breaks of laws go into the book; what is worth a figure comes back."""
    figures: Counter[str] = Counter()
    for said in book.said.values():
        noted(said)
    _inbound(book, found, figures)
    _outbound(book, found, figures)
    numbers = Counter(session["number"] for session, _ in found.values())
    for number, times in numbers.items():
        if times > 1:
            book.breaks("numbers", f"{times} sessions have the number {number}")
    figures["sessions"] = len(found)
    return figures


def _inbound(book: Book, found: dict[str, tuple[Item, list[Item]]], figures: Counter[str]) -> None:
    places: dict[str, list[Place]] = {}
    for session, messages in found.values():
        if [message["seq"] for message in messages] != list(range(1, len(messages) + 1)):
            book.breaks("contiguous", f"{session['id']} has {[message['seq'] for message in messages]}")
        for message in messages:
            if message["author"]["kind"] == "customer":
                place = session["opened_at"], message["seq"], bool(message.get("late"))
                places.setdefault(message["content"]["text"], []).append(place)
    for words, said in book.said.items():
        times = len(places.get(words, ()))
        figures["acknowledged"] += said.acknowledged is not None
        if times > 1:
            book.breaks("doubled", f"“{words}” was kept {times} times")
        if times == 0 and said.acknowledged is not None:
            book.breaks("lost", f"“{words}” was acknowledged and is not there")
    figures["late"] = sum(late for kept in places.values() for _, _, late in kept)
    _in_order(book, {words: kept[0] for words, kept in places.items()})


def _in_order(book: Book, places: dict[str, Place]) -> None:
    """What was said after the one before was acknowledged stands behind it, unless that says it came late."""
    by_phone: dict[str, list[Said]] = {}
    for said in book.said.values():
        by_phone.setdefault(said.phone.id, []).append(said)
    for talk in by_phone.values():
        for first, then in pairwise(talk):
            if first.acknowledged is None or first.acknowledged > then.at or then.words not in places:
                continue
            if then.kind in WHOLE_SECONDS and int(first.second) == int(then.second):
                continue
            one, two = places.get(first.words), places[then.words]
            if one is not None and one[:2] > two[:2] and not one[2]:
                book.breaks("order", f"“{first.words}” stands at {one}, “{then.words}” at {two}")


def _outbound(book: Book, found: dict[str, tuple[Item, list[Item]]], figures: Counter[str]) -> None:
    phones = {said.phone.id: said for said in book.said.values()}
    kept: dict[str, list[Item]] = {}
    for session, messages in found.values():
        first = next(m["content"]["text"] for m in messages if m["author"]["kind"] == "customer")
        ours = [m for m in messages if m["author"]["kind"] != "customer"]
        kept.setdefault(book.said[first].phone.id, []).extend(ours)
        answers = Counter(m["content"]["text"] for m in ours if m["author"]["kind"] == "agent")
        for words, times in answers.items():
            if times > 1:
                book.breaks("doubled", f"“{words}” was kept {times} times in {session['id']}")
        for words, id in book.answered.items():
            if id == session["id"] and words not in answers:
                book.breaks("lost", f"“{words}” was answered 201 and is not there")
    for id, said in phones.items():
        _phone(book, said, kept.get(id, []), figures)


def _phone(book: Book, said: Said, ours: list[Item], figures: Counter[str]) -> None:
    """Everything sent came, nothing came oftener than it was said unless that is marked, and answers came in order."""
    came = Counter(message.text for message in said.phone.received)
    wanted: dict[str, list[Item]] = {}
    for message in ours:
        wanted.setdefault(message["content"]["text"], []).append(message)
    for text, messages in wanted.items():
        where = f"{said.kind} {said.phone.name}: “{text[:40]}”"
        count, sent = came.pop(text, 0), [m for m in messages if m["state"] in ("sent", "delivered", "read")]
        for message in messages:
            if message not in sent and not text.startswith(COURTESIES):
                book.breaks("silent", f"{where} is {message['state']}: {message.get('error')}")
        if count < len(sent):
            book.breaks("lost on the way", f"{where} was sent {len(sent)} times and came {count} times")
        if count > len(messages):
            figures["doubled, marked as such"] += count - len(messages)
            if not any(m.get("maybe_twice") for m in messages):
                book.breaks("sent twice", f"{where} came {count} times, unmarked")
            pushed = sum(got.text == text and got.via == "push" for got in said.phone.received)
            if said.kind in DEDUPES and pushed > len(messages):
                book.breaks("sent twice", f"{where} was pushed {pushed} times, and the provider dedupes pushes")
        figures["arrived"] += count
    for text in came:
        book.breaks("from nowhere", f"{said.kind} {said.phone.name} got “{text[:40]}”, which stands in no chat")
    _answers_in_order(book, said, ours)


def _answers_in_order(book: Book, said: Said, ours: list[Item]) -> None:
    places = {
        m["content"]["text"]: (m["at"], m["seq"])
        for m in ours
        if m["author"]["kind"] == "agent" and m["state"] != "failed" and not m.get("maybe_twice")
    }
    texts = list(dict.fromkeys(m.text for m in said.phone.received if m.text in places))
    if texts != sorted(texts, key=places.__getitem__):
        book.breaks("order", f"{said.kind} {said.phone.name} got {texts}")
