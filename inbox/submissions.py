"""What customers left, for agents: listed, searched, answered, assigned, solved, exported."""

import csv
import io
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta

from api.auth import Caller
from api.contents import Sendable, said
from api.fields import typed
from api.media import linked
from api.paging import Listing, Window
from api.problems import Stop, missing
from api.rim import Rim
from api.routes import Answer, Call, Nothing, authorise
from api.sight import actor, audience
from api.times import Time, iso
from api.views.message import MessageView, message_view
from api.views.refs import ChannelRef, CustomerRef, Ref, agent_ref, channel_ref, customer_ref, group_ref
from core import command as c
from core.errors import BadInput, Duplicate, Refused
from core.fit import AnyMedia
from core.message import Audio, Chosen, Content, File, Form, Image, Media, Text, Video, plain
from core.ports.reading import StoredMessage, SubmissionQuery, SubmissionRow
from core.ports.writing import Cause
from core.submitted import Answer as Answered
from core.submitted import Kind, Reason, State
from inbox.bodies import Body, ClientId, Id

MOST_READ = 200  # messages of its session that a submission's answers may be spread over
EXPORTED = 500  # submissions read at a time
MOST_EXPORTED = 100_000


class SubmissionsQuery(Window, frozen=True, kw_only=True):
    """`agent`: an agent's id, or “none” for what nobody has; `mine`: only yours."""

    state: State | None = None
    kind: Kind | None = None
    mine: bool = False
    agent: Id | None = None
    channel: Id | None = None
    group: Id | None = None
    q: Annotated[str, Meta(max_length=200)] | None = None


class SubmissionMessageBody(Body, frozen=True):
    client_id: ClientId
    content: Sendable


class SubmissionAssignBody(Body, frozen=True):
    """To an agent, to a group, or to you if neither is named."""

    agent: Id | None = None
    group: Id | None = None


class StateBody(Body, frozen=True):
    state: State


class FieldView(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer. `value` is null once it was erased; `url` where it is a file."""

    key: str
    label: str
    value: str | None
    url: str | None = None


class SubmissionView(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is also the one of the chat it was left in. `unfinished`: not everything that was asked was answered."""

    id: str
    number: int
    kind: Kind
    state: State
    reason: Reason
    channel: ChannelRef
    customer: CustomerRef
    group: Ref | None
    agent: Ref | None
    language: str
    at: Time
    changed_at: Time
    unfinished: bool
    fields: tuple[FieldView, ...]


class SubmissionDetail(SubmissionView, frozen=True, kw_only=True):
    """`chat` is what was said as it was left, `thread` what was said of it afterwards."""

    chat: tuple[MessageView, ...]
    thread: tuple[MessageView, ...]


Submissions = Listing[SubmissionView]


# --- reading -----------------------------------------------------------------------------------------------------


async def submissions(rim: Rim, call: Call[Nothing, SubmissionsQuery]) -> Answer:
    page = await rim.store.submissions(_query(rim, call.query, call.caller))
    return Answer(200, Submissions([await _view(rim, row, call.caller) for row in page.items], page.next))


async def submission(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    return Answer(200, await _detail(rim, await _seen(rim, call), call.caller))


def _query(rim: Rim, asked: SubmissionsQuery, caller: Caller) -> SubmissionQuery:
    """Raises `BadInput` for a cursor that is none."""
    if asked.after is not None and not (asked.after.isascii() and asked.after.isdigit() and len(asked.after) < 19):
        raise BadInput(("after", "This is no cursor of this list."))
    limits = caller.at_least("supervisor")
    agent = caller.id if asked.mine else "" if asked.agent == "none" else asked.agent
    return SubmissionQuery(
        state=asked.state,
        kind=asked.kind,
        agent=agent,
        channel=asked.channel,
        group=asked.group,
        visible_to=None if limits else caller.id,
        visible_groups=() if limits else rim.directory.groups_of(caller.id),
        q=asked.q or None,
        after=asked.after,
        limit=asked.size,
    )


async def _seen(rim: Rim, call: Call[Any, Any]) -> SubmissionRow:
    """404 if there is none that the caller may see."""
    row = await rim.store.submission(call.path["id"])
    if row is None or not _sees(rim, call.caller, row):
        raise missing("submission")
    return row


def _sees(rim: Rim, caller: Caller, row: SubmissionRow) -> bool:
    about = row.submission
    if caller.at_least("supervisor") or about.group is None or about.agent == caller.id:
        return True
    return about.group in rim.directory.groups_of(caller.id)


async def _view(rim: Rim, row: SubmissionRow, caller: Caller) -> SubmissionView:
    return SubmissionView(**_fields(rim, row), fields=await _answers(rim, row))


async def _detail(rim: Rim, row: SubmissionRow, caller: Caller) -> SubmissionDetail:
    chat = await rim.store.history(row.submission.id, 0, MOST_READ)
    thread = await rim.store.thread(row.submission.id, MOST_READ)

    def shown(messages: Sequence[StoredMessage]) -> tuple[MessageView, ...]:
        return tuple(message_view(linked(stored, rim.files), audience(caller)) for stored in messages)

    fields = tuple(_field(rim, each, chat) for each in row.submission.answers)
    return SubmissionDetail(**_fields(rim, row), fields=fields, chat=shown(chat), thread=shown(thread))


def _fields(rim: Rim, row: SubmissionRow) -> dict[str, Any]:
    about, directory = row.submission, rim.directory
    return {
        "id": about.id,
        "number": about.number,
        "kind": about.kind,
        "state": about.state,
        "reason": about.reason,
        "channel": channel_ref(directory, row.channel),
        "customer": customer_ref(row.customer),
        "group": group_ref(directory, about.group),
        "agent": agent_ref(directory, about.agent) if about.agent else None,
        "language": about.language,
        "at": iso(about.at),
        "changed_at": iso(about.changed_at),
        "unfinished": about.unfinished,
    }


async def _answers(rim: Rim, row: SubmissionRow) -> tuple[FieldView, ...]:
    """One read for all of them: they stand close to each other."""
    about = row.submission
    if not about.answers:
        return ()
    first = min(each.seq for each in about.answers)
    chat = await rim.store.history(about.id, first - 1, MOST_READ)
    return tuple(_field(rim, each, chat) for each in about.answers)


def _field(rim: Rim, answer: Answered, chat: Sequence[StoredMessage]) -> FieldView:
    stored = next((each for each in chat if each.message.seq == answer.seq), None)
    content: Content | None = None if stored is None or stored.retracted_at is not None else stored.message.content
    match content:
        case None:
            return FieldView(answer.key, answer.label, None)
        case Image() | Audio() | Video() | File():
            return FieldView(answer.key, answer.label, content.name or plain(content), _address(rim, content))
        case Form(values=values):
            return _in_form(rim, answer, (values or {}).get(answer.key))
        case Chosen(label=label):
            return FieldView(answer.key, answer.label, label)
        case _:
            return FieldView(answer.key, answer.label, plain(content) or None)


def _in_form(rim: Rim, answer: Answered, value: str | None) -> FieldView:
    if value is not None and value.startswith("media:"):
        return FieldView(answer.key, answer.label, answer.label, _address(rim, File(url=value)))
    return FieldView(answer.key, answer.label, value)


def _address(rim: Rim, media: AnyMedia) -> str | None:
    shown = rim.files.public(media)
    return shown.url if isinstance(shown, Media) else None


# --- doing -------------------------------------------------------------------------------------------------------


async def answer(rim: Rim, call: Call[SubmissionMessageBody, Nothing]) -> Answer:
    """201 with the message; the same for a repeat."""
    row, body = await _seen(rim, call), call.body
    content = said(body.content)
    if isinstance(content, Text) and not content.text.strip():
        raise BadInput(("content.text", "A message needs at least one character that can be seen."))
    id = row.submission.id
    command = c.ReplyToSubmission(by=actor(call.caller), submission=id, client_id=body.client_id, content=content)
    place = await _say(rim, row, command, Cause(scope=id, id=f"client:{body.client_id}"))
    stored = None if place is None else await rim.store.message(*place)
    if stored is None or (stored.message.original or stored.message.content) != content:
        raise Stop(409, "client_id", "This client_id was used for something else.")
    return Answer(201, message_view(linked(stored, rim.files), audience(call.caller)))


async def _say(rim: Rim, row: SubmissionRow, command: c.ReplyToSubmission, cause: Cause) -> tuple[str, int] | None:
    """Where the message stands: not always in the chat the submission was left in."""
    try:
        done = await rim.engine.at_session(row.submission.id, command, cause, anywhere=True)
    except Duplicate as first:
        return None if first.session is None or first.seq is None else (first.session, first.seq)
    except Refused:
        # A repeat is answered before any rule that holds by now: the first answer was given under the rules of then.
        place = await rim.store.place(cause.scope, cause.id)
        if place is None:
            raise
        return place
    session, seq = done.session, done.decision.seq
    return None if session is None or seq is None else (session.id, seq)


async def assign_submission(rim: Rim, call: Call[SubmissionAssignBody, Nothing]) -> Answer:
    body, directory = call.body, rim.directory
    if body.agent is not None and body.agent not in directory.agents:
        raise BadInput(("agent", "There is no such agent."))
    if body.group is not None and body.group not in directory.groups:
        raise BadInput(("group", "There is no such group."))
    agent = call.caller.id if body.agent is None and body.group is None else body.agent
    row = await _seen(rim, call)
    command = c.ChangeSubmission(by=actor(call.caller), submission=row.submission.id, agent=agent, group=body.group)
    return await _change(rim, call, row, command)


async def set_state(rim: Rim, call: Call[StateBody, Nothing]) -> Answer:
    row = await _seen(rim, call)
    command = c.ChangeSubmission(by=actor(call.caller), submission=row.submission.id, state=call.body.state)
    return await _change(rim, call, row, command)


async def _change(rim: Rim, call: Call[Any, Any], row: SubmissionRow, command: c.ChangeSubmission) -> Answer:
    await rim.engine.at_session(row.submission.id, command, anywhere=True)
    after = await rim.store.submission(row.submission.id)
    return Answer(200, await _view(rim, after or row, call.caller))


# --- exporting ---------------------------------------------------------------------------------------------------

_COLUMNS = (
    "number", "kind", "state", "reason", "at", "changed_at", "channel", "customer", "language", "group", "agent",
    "unfinished", "fields",
)  # fmt: skip


async def export(rim: Rim, request: web.Request) -> web.StreamResponse:
    """All that the query asks for, as CSV, newest first; read and sent page by page."""
    caller = await authorise("supervisor", rim, request)
    assert caller is not None, "the route asks for a role"
    asked = typed(dict(request.query), SubmissionsQuery, strict=False)
    query = msgspec.structs.replace(_query(rim, asked, caller), limit=EXPORTED)
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="submissions.csv"',
        }
    )
    await response.prepare(request)
    await response.write(("\ufeff" + _line(_COLUMNS)).encode())  # spreadsheets take the mark as “this is UTF-8”
    sent = 0
    while sent < MOST_EXPORTED:
        page = await rim.store.submissions(query)
        lines = [_line(_cells(await _view(rim, row, caller))) for row in page.items]
        await response.write("".join(lines).encode("utf-8", "replace"))
        sent += len(lines)
        if page.next is None:
            break
        query = msgspec.structs.replace(query, after=page.next)
    await response.write_eof()
    return response


def _cells(view: SubmissionView) -> tuple[str, ...]:
    fields = "\n".join(f"{field.label}: {field.value or field.url or ''}" for field in view.fields)
    return (
        str(view.number), view.kind, view.state, view.reason, view.at, view.changed_at, view.channel.name,
        view.customer.name or "", view.language, view.group.name if view.group else "",
        view.agent.name if view.agent else "", "yes" if view.unfinished else "no", fields,
    )  # fmt: skip


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet takes what begins like this for a formula, and customers wrote it."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


# --- handing over ------------------------------------------------------------------------------------------------

MOST_HANDED = 20


async def hand_over(rim: Rim, caller: Caller) -> int:
    """Offline messages go to an agent who returns: the oldest that nobody has, of what they may see; how many."""
    query = SubmissionQuery(
        kind="message",
        state="new",
        agent="",
        visible_to=caller.id,
        visible_groups=rim.directory.groups_of(caller.id),
        limit=MOST_HANDED,
    )
    handed = 0
    for row in reversed((await rim.store.submissions(query)).items):
        command = c.ChangeSubmission(by=actor(caller), submission=row.submission.id, agent=caller.id, only_new=True)
        try:
            done = await rim.engine.at_session(row.submission.id, command, anywhere=True)
        except Refused:
            continue  # another agent was faster
        handed += done.committed is not None
    return handed
