"""What each audience is shown: the fields of every view in a golden file, and what stays hidden."""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from api import contents, visitor
from api.auth import Caller
from api.documents import Scope
from api.sight import audience, limited, sees
from api.views import customer, frame, message, refs, session, trace
from api.views.frame import FrameType, SubmissionRef, frame_type, frame_view
from api.views.message import message_id, message_view, seq_of
from api.views.refs import Ref
from api.views.session import ClosedView, RatingView, WindowView, rating_view, session_detail, session_view, window_view
from core import event as e
from core import message as m
from core.channel import Capabilities
from core.closing import Summaries
from core.customer import Customer
from core.ports.reading import FeedRow, SessionQuery, SessionRow, StoredMessage
from core.session import AgentRef, Closure, Conversation, Rating, Session
from core.submitted import Answer, Submission
from tests.api.world import NOON, World

GOLDEN = Path(__file__).parent / "views.json"
AT = "2025-06-15T15:06:40.000Z"
MEI = AgentRef("mei", "Mei")
AGENT = m.Author("agent", "mei", "Mei")


def stored(content: m.Content, *, original: m.Content | None = None, **more: Any) -> StoredMessage:
    message = m.Message(
        seq=3, author=AGENT, content=content, at=NOON, original=original, hits=("rude",), client_id="c1"
    )
    return StoredMessage(session="s1", message=message, **more)


def row(**more: Any) -> SessionRow:
    session = Session(id="s1", number=7, phase="active", opened_at=NOON, language="ja", agent=MEI, seq=3, **more)
    customer = Customer(id="c1", name="Ann", phone="+1555", email="ann@example.com")
    return SessionRow(session=session, conversation="v1", channel="kites", address="secret-address", customer=customer)


def test_the_fields_of_every_view_are_the_golden_ones() -> None:
    found = {
        name: list(kind.__struct_fields__)
        for module in (contents, customer, frame, message, refs, session, trace, visitor)
        for name, kind in sorted(vars(module).items())
        if isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and kind.__module__ == module.__name__
        and not name.startswith("_")
    }
    assert found == json.loads(GOLDEN.read_text()), "a view changed: say so in the golden file, on purpose"


@pytest.mark.parametrize("event", get_args(e.Event) + get_args(e.Fact))
def test_every_event_is_shown_under_a_name_or_not_at_all(event: type[msgspec.Struct]) -> None:
    made = event(**dict.fromkeys(event.__struct_fields__))
    assert frame_type(made) in {*get_args(FrameType), None}  # type: ignore[arg-type]  # one of the union


def test_a_message_is_shown_with_what_became_of_it() -> None:
    failed = stored(m.Text("Hi"), state="failed", code="63016", reason="Outside the window.", edited_at=NOON)
    assert msgspec.to_builtins(message_view(failed)) == {
        "id": "s1.3",
        "seq": 3,
        "author": {"kind": "agent", "id": "mei", "name": "Mei"},
        "content": {"type": "text", "text": "Hi"},
        "at": AT,
        "state": "failed",
        "edited_at": AT,
        "client_id": "c1",
        "error": {"code": "63016", "reason": "Outside the window."},
        "hits": ("rude",),
    }


def test_what_a_mask_hides_is_for_supervisors() -> None:
    masked = stored(m.Text("****"), original=m.Text("darn"))
    assert "darn" not in str(message_view(masked, "agent"))
    assert message_view(masked, "supervisor").original == m.Text("darn")
    assert "darn" not in str(visitor.visitor_message(masked))


def test_a_providers_name_of_a_file_never_leaves() -> None:
    image = stored(m.Image(url="/media/1", ref="provider-ref-4711", size=3))
    assert "4711" not in str(message_view(image, "supervisor"))
    assert msgspec.to_builtins(message_view(image).content) == {
        "type": "image",
        "url": "/media/1",
        "mime": "application/octet-stream",
        "size": 3,
    }


def test_customers_see_no_notes_no_ids_and_no_hits() -> None:
    assert visitor.visitor_message(stored(m.Note("rude customer"))) is None
    shown = msgspec.to_builtins(visitor.visitor_message(stored(m.Text("Hi"), state="sent")))
    assert shown["author"] == {"kind": "agent", "name": "Mei"}
    assert {"hits", "original", "client_id", "error"} & set(shown) == set()


async def test_a_session_is_shown_with_names(here: World) -> None:
    await here.channel()
    await here.group("sales")
    view = session_view(row(group="sales"), here.rim.directory)
    assert msgspec.to_builtins(view) == {
        "id": "s1",
        "number": 7,
        "channel": {"id": "kites", "kind": "kite", "name": "Kites"},
        "customer": {"id": "c1", "name": "Ann", "language": None},
        "phase": "active",
        "agent": {"id": "mei", "name": "Mei"},
        "group": {"id": "sales", "name": "Sales"},
        "language": "ja",
        "opened_at": AT,
        "last_seq": 3,
        "last_message": None,
        "last_said": None,
        "unread": 0,
        "tags": (),
        "locked": False,
        "waits_since": None,
        "sla": None,
        "guests": (),
        "offer": None,
    }
    assert "secret-address" not in str(view)


async def test_a_closed_session_says_by_whom_and_why(here: World) -> None:
    await here.channel()
    await here.agent("agent", "mei")
    closed = e.Closed("agent", "closed", NOON, "mei")
    detail = session_detail(
        row(closed=Closure("agent", "closed", NOON, "mei")),
        here.rim.directory,
        "agent",
        trace=[feed(e.TimerSet("idle", NOON)), feed(e.Assigned(MEI, NOON, "fewest chats")), feed(closed)],
        rating=rating_view(Rating("stars", 4, NOON), "nice"),
        summary_form=Summaries(),
        translates=False,
        window=window_view(
            Conversation(
                id="v", channel="kites", address="a", customer=Customer(id="c"), window_from=NOON - 86_400_000
            ),
            Capabilities(text_limit=1, inbound=frozenset(), outbound=frozenset(), window_seconds=86_400),
        ),
    )  # fmt: skip
    assert detail.closed == ClosedView("agent", "closed", AT)
    assert detail.window == WindowView(AT)
    assert detail.rating == RatingView(kind="stars", score=4, tags=(), comment="nice", solved=None, at=AT)
    assert [(line.step, line.text) for line in detail.trace] == [
        ("assigned", "Given to Mei: fewest chats"),
        ("closed", "Closed by Mei: closed."),
    ]


def feed(event: e.Event | e.Fact, message: StoredMessage | None = None) -> FeedRow:
    return FeedRow(n=9, at=NOON, conversation="v1", event=event, session="s1", stored=message, row=row())


async def test_a_frame_holds_session_and_message_as_they_are_now(here: World) -> None:
    hello = stored(m.Text("Hi"), state="queued")
    frame = frame_view(
        feed(e.Replied(message=hello.message, at=NOON, seq=3), hello), "cur", here.rim.directory, "agent"
    )
    assert frame is not None
    assert (frame.type, frame.cursor, frame.session.id) == ("message.created", "cur", "s1")
    assert frame.message is not None
    assert frame.message.seq == 3


async def test_alerts_are_for_supervisors(here: World) -> None:
    alert = feed(e.Alerted(NOON, 3, "customer", ("rude",)), stored(m.Text("darn")))
    assert frame_view(alert, "c", here.rim.directory, "agent") is None
    assert frame_view(alert, "c", here.rim.directory, "supervisor") is not None
    assert visitor.visitor_frame(alert, "c", here.rim.directory) is None
    low = feed(e.ScoreAlerted("stars", 1, NOON))
    assert frame_view(low, "c", here.rim.directory, "agent") is None
    shown = frame_view(low, "c", here.rim.directory, "supervisor")
    assert shown is not None and shown.type == "session.alerted"
    assert visitor.visitor_frame(low, "c", here.rim.directory) is None


async def test_a_rating_may_be_kept_from_agents(here: World) -> None:
    await here.channel()
    answer = stored(m.Chosen("rate:1", "Very poor"))
    rated = msgspec.structs.replace(answer, message=msgspec.structs.replace(answer.message, rates=True))
    shown = msgspec.structs.replace(row(), last_message=rated)
    assert "Very poor" in str(session_view(shown, here.rim.directory, "agent"))
    await here.rim.directory.save_setting(Scope(), "surveys", {"visible_to_agent": False}, who="setup")
    assert "Very poor" not in str(session_view(shown, here.rim.directory, "agent"))
    assert "Very poor" in str(session_view(shown, here.rim.directory, "supervisor"))
    frame = frame_view(feed(e.StateChanged(3, "read", NOON), rated), "c", here.rim.directory, "agent")
    assert frame is not None and "Very poor" not in str(frame)


async def test_what_is_left_is_announced_without_its_words(here: World) -> None:
    left = Submission(
        id="s1", number=7, kind="ticket", reason="asked", language="en", at=NOON, changed_at=NOON, agent="mei",
        answers=(Answer("text", "Your message", 2),),
    )  # fmt: skip
    frame = frame_view(feed(e.Submitted(left)), "c", here.rim.directory, "agent")
    assert frame is not None
    assert (frame.type, frame.submission) == (
        "submission.created",
        SubmissionRef(id="s1", number=7, kind="ticket", state="new", agent=Ref("mei", "mei")),
    )


async def test_a_customer_is_told_of_their_own_chat_only_what_concerns_them(here: World) -> None:
    await here.channel()
    directory = here.rim.directory
    for hidden in (m.Note("rude"), m.Summary(note="rude")):
        note = stored(hidden)
        assert visitor.visitor_frame(feed(e.Noted(note.message, NOON, 3), note), "c", directory) is None
    assert visitor.visitor_frame(feed(e.TimerSet("idle", NOON)), "c", directory) is None
    event = e.Assigned(AgentRef("mei", "Mei"), NOON, "secret reason")
    assigned = visitor.visitor_frame(feed(event), "c", directory)
    assert assigned is not None
    assert (assigned.type, assigned.session.agent) == ("session.updated", "Mei")
    assert "secret reason" not in str(assigned)


def test_a_message_is_found_by_its_id_in_its_own_session_only() -> None:
    assert seq_of("s1", message_id("s1", 3)) == 3
    for wrong in ("s2.3", "s1.", "s1.x", "s1.-3", "3", "", "s1.\u0663", "s1." + "9" * 40):
        assert seq_of("s1", wrong) is None


async def test_agents_see_theirs_their_groups_and_nobodys(here: World) -> None:
    await here.agent("agent", "mei")
    await here.group("sales", "mei")
    await here.group("support")
    mei, aya, boss = Caller("mei", "Mei", "agent"), Caller("aya", "Aya", "agent"), Caller("b", "B", "supervisor")
    directory = here.rim.directory
    in_support = row(group="support").session
    assert sees(mei, in_support, directory)  # she has it, though the group is not hers
    assert not sees(aya, in_support, directory)
    assert sees(boss, in_support, directory)
    assert sees(aya, row().session, directory)
    other = msgspec.structs.replace(row(group="sales").session, agent=None)
    assert sees(mei, other, directory)
    assert not sees(aya, other, directory)
    query = SessionQuery(phase="active")
    assert limited(query, boss, directory) == query
    assert limited(query, mei, directory) == SessionQuery(phase="active", visible_to="mei", visible_groups=("sales",))
    assert (audience(mei), audience(boss)) == ("agent", "supervisor")


def test_what_agents_send_is_what_the_rules_know() -> None:
    assert contents.said(contents.ImageIn(url="/media/1", mime="image/png")) == m.Image(
        url="/media/1", mime="image/png"
    )
    choice = contents.ChoiceIn("Which?", (contents.OptionIn("a", "A"),))
    assert contents.said(choice) == m.Choice("Which?", (m.Option("a", "A"),))
