"""The inbox's table of routes: what agents may call, what goes in, what comes out."""

from collections.abc import Mapping
from typing import Any

import msgspec

from api.bots import LaterIn
from api.documents import Role
from api.paging import Listing, Window
from api.routes import Handler, Route
from api.views import CustomerView, MessageView, SessionDetail, SessionView
from inbox import (
    acts,
    around,
    bodies,
    bots,
    customers,
    hits,
    lists,
    mentions,
    oversight,
    quick_replies,
    stars,
    submissions,
)
from inbox.socket import inbox_socket
from inbox.uploads import upload

BASE = "/api/v1/inbox"
ONE = f"{BASE}/sessions/{{id}}"


def _read(path: str, handler: Handler, answer: Any, summary: str, **more: Any) -> Route:
    return Route(
        method="GET",
        path=path,
        handler=handler,
        role="agent",
        summary=summary,
        answers={200: answer},
        tag="inbox",
        **more,
    )


def _act(
    name: str,
    handler: Handler,
    summary: str,
    *,
    body: type[msgspec.Struct] | None = None,
    answers: Mapping[int, Any] | None = None,
    refuses: tuple[int, ...] = (404, 409),
    role: Role = "agent",
) -> Route:
    return Route(
        method="POST",
        path=f"{ONE}/{name}",
        handler=handler,
        role=role,
        summary=summary,
        body=body,
        answers=answers or {200: SessionView},
        refuses=refuses,
        tag="inbox",
    )


READING = (
    Route(
        method="GET",
        path=f"{BASE}/word-hits",
        handler=hits.list_hits,
        role="supervisor",
        summary="The log of sensitive words found, newest first",
        query=hits.HitsQuery,
        answers={200: hits.Hits},
        tag="inbox",
    ),
    _read(f"{BASE}/me", lists.me, bodies.MeView, "Who you are, your status and load"),
    Route(
        method="PUT",
        path=f"{BASE}/me/status",
        handler=lists.set_status,
        role="agent",
        summary="Be online, busy or offline",
        body=bodies.StatusBody,
        answers={200: bodies.MeView},
        tag="inbox",
    ),
    _read(
        f"{BASE}/sessions",
        lists.sessions,
        Listing[SessionView],
        "Chats, newest activity first",
        query=bodies.SessionsQuery,
    ),
    _read(ONE, lists.session, SessionDetail, "A chat with its trace", refuses=(404,)),
    _read(
        f"{ONE}/messages",
        lists.messages,
        Listing[MessageView],
        "What was said, in order",
        query=bodies.MessagesQuery,
        refuses=(404,),
    ),
    _read(
        f"{ONE}/templates",
        acts.templates,
        bodies.Templates,
        "Templates that can be sent there",
        refuses=(404, 409, 422, 502),
    ),
    _read(
        f"{BASE}/customers",
        lists.customers,
        Listing[CustomerView],
        "Customers",
        query=bodies.CustomersQuery,
    ),
    _read(f"{BASE}/around", around.around, bodies.AroundView, "Colleagues, groups and channels to choose from"),
    _read(f"{BASE}/tallies", around.tallies, bodies.TalliesView, "The open chats you see, counted"),
    _read(f"{BASE}/me/stars", stars.stars, bodies.StarsView, "The chats you keep an eye on, newest first"),
    _read(
        f"{BASE}/mentions",
        mentions.mentions,
        bodies.MentionsView,
        "Notes that mention you, newest first",
        query=bodies.MentionsQuery,
    ),
    _read(f"{BASE}/customers/{{id}}", lists.customer, CustomerView, "A customer", refuses=(404,)),
)

ACTING = (
    _act(
        "messages",
        acts.send,
        "Answer the customer",
        body=bodies.MessageBody,
        answers={201: MessageView},
    ),
    _act(
        "template",
        acts.template,
        "Send a template the provider approved",
        body=bodies.TemplateBody,
        answers={201: MessageView},
    ),
    _act(
        "translate",
        acts.translate,
        "A draft in the customer's language (or another); nothing is sent",
        body=bodies.TranslateBody,
        answers={200: bodies.TranslationView},
        refuses=(404, 409, 502),
    ),
    _act(
        "notes",
        acts.note,
        "Leave a note that customers never see",
        body=bodies.NoteBody,
        answers={201: MessageView},
    ),
    _act("claim", acts.claim, "Take a chat that waits"),
    _act("transfer", acts.transfer, "Hand a chat over", body=bodies.TransferBody),
    _act("accept", acts.accept, "Take a chat that is offered, or approve its transfer"),
    _act("decline", acts.decline, "Do not take or approve it, or take the offer back"),
    _act(
        "assign",
        acts.assign,
        "Give out a chat that waits",
        body=bodies.AssignBody,
        role="supervisor",
    ),
    _act("take-over", acts.take_over, "Take a chat from whoever has it", role="supervisor"),
    _act("invite", acts.invite, "Ask a colleague into the chat", body=bodies.ColleagueBody),
    _act(
        "uninvite", acts.uninvite, "Leave a chat you were asked into, or end a colleague's", body=bodies.ColleagueBody
    ),
    _act(
        "offline",
        acts.offline,
        "Write to a customer whose chat is over; their next one comes to you, as set",
        body=bodies.OfflineBody,
        answers={201: MessageView},
    ),
    _act("close", acts.close, "End a chat", body=bodies.CloseBody),
    _act("invite-rating", acts.invite_rating, "Ask the customer for a rating"),
    _act(
        "summary",
        acts.summarize,
        "Sum a chat up: types, whether it was solved, a note, own fields",
        body=bodies.SummaryBody,
        answers={200: SessionDetail},
    ),
    _act("lock", acts.lock, "Keep a chat open through silence", body=bodies.LockBody),
    _act("tags", acts.tags, "Add and remove tags", body=bodies.TagsBody),
    _act("block", acts.block, "Turn the customer away", body=bodies.BlockBody, refuses=(404,)),
    _act("recall", acts.recall, "Take a message back", body=bodies.RecallBody, answers={200: MessageView}),
    _act("read", acts.read, "All of it was read", answers={204: None}),
    _act(
        "star",
        stars.star,
        "Keep an eye on a chat",
        body=bodies.StarBody,
        answers={200: bodies.StarsView},
        refuses=(404,),
    ),
    _act("typing", acts.typing, "Show the customer that you write", answers={204: None}, refuses=(404,)),
)

MENTIONS = (
    Route(
        method="POST",
        path=f"{BASE}/mentions/read",
        handler=mentions.read,
        role="agent",
        summary="What mentions you was read",
        body=bodies.MentionsReadBody,
        answers={204: None},
        tag="inbox",
    ),
)

QUICK = f"{BASE}/quick-replies"
QUICK_REPLIES = (
    _read(
        QUICK,
        quick_replies.list_quick_replies,
        quick_replies.QuickReplies,
        "Everybody's quick replies and your own",
        query=Window,
    ),
    Route(
        method="POST",
        path=QUICK,
        handler=quick_replies.create_quick_reply,
        role="agent",
        summary="Make a quick reply; one for everybody needs the role supervisor",
        body=quick_replies.QuickReplyIn,
        answers={201: quick_replies.QuickReplyView},
        refuses=(403, 409),
        tag="inbox",
    ),
    Route(
        method="PATCH",
        path=f"{QUICK}/{{id}}",
        handler=quick_replies.change_quick_reply,
        role="agent",
        summary="Change a quick reply",
        body=quick_replies.QuickReplyPatch,
        answers={200: quick_replies.QuickReplyView},
        refuses=(403, 404),
        tag="inbox",
    ),
    Route(
        method="DELETE",
        path=f"{QUICK}/{{id}}",
        handler=quick_replies.remove_quick_reply,
        role="agent",
        summary="Remove a quick reply",
        answers={204: None},
        refuses=(403, 404),
        tag="inbox",
    ),
)

OVERSEEING = (
    Route(
        method="GET",
        path=f"{BASE}/floor",
        handler=around.floor,
        role="supervisor",
        summary="What happens now: agents, open chats counted, the queue",
        answers={200: bodies.FloorView},
        tag="floor",
    ),
    Route(
        method="PUT",
        path=f"{BASE}/agents/{{id}}/status",
        handler=around.force_status,
        role="supervisor",
        summary="Set a colleague's status",
        body=bodies.StatusBody,
        answers={200: bodies.ColleagueView},
        refuses=(404,),
        tag="floor",
    ),
    Route(
        method="POST",
        path=f"{ONE}/whisper",
        handler=oversight.whisper,
        role="supervisor",
        summary="Tell the chat's agent something that no customer sees",
        body=bodies.WhisperBody,
        answers={201: MessageView},
        refuses=(404, 409),
        tag="floor",
    ),
)

LEFT = f"{BASE}/submissions"
ONE_LEFT = f"{LEFT}/{{id}}"


def _left(name: str, handler: Handler, summary: str, body: type[msgspec.Struct], answers: Mapping[int, Any]) -> Route:
    return Route(
        method="POST",
        path=f"{ONE_LEFT}/{name}",
        handler=handler,
        role="agent",
        summary=summary,
        body=body,
        answers=answers,
        refuses=(404, 409),
        tag="submissions",
    )


SUBMISSIONS = (
    Route(
        method="GET",
        path=LEFT,
        handler=submissions.submissions,
        role="agent",
        summary="Tickets and offline messages, newest first",
        query=submissions.SubmissionsQuery,
        answers={200: submissions.Submissions},
        tag="submissions",
    ),
    Route(
        method="GET",
        path=f"{LEFT}/export",
        raw=submissions.export,
        role="supervisor",
        summary="The same as CSV, all of it",
        query=submissions.SubmissionsQuery,
        answers={200: None},
        tag="submissions",
    ),
    Route(
        method="GET",
        path=ONE_LEFT,
        handler=submissions.submission,
        role="agent",
        summary="One of them, with what was said",
        answers={200: submissions.SubmissionDetail},
        refuses=(404,),
        tag="submissions",
    ),
    _left(
        "messages",
        submissions.answer,
        "Answer the customer on the channel they came from",
        submissions.SubmissionMessageBody,
        {201: MessageView},
    ),
    _left(
        "assign",
        submissions.assign_submission,
        "Give it to an agent or a group; to you without either",
        submissions.SubmissionAssignBody,
        {200: submissions.SubmissionView},
    ),
    _left(
        "state",
        submissions.set_state,
        "New, open, solved",
        submissions.StateBody,
        {200: submissions.SubmissionView},
    ),
)


PERSON = f"{BASE}/customers/{{id}}"
CUSTOMERS = (
    Route(
        method="POST",
        path=f"{PERSON}/link",
        handler=customers.link_customer,
        role="supervisor",
        summary="Say which customer of the company this is; the same one elsewhere is merged with them",
        body=customers.LinkBody,
        answers={200: CustomerView},
        refuses=(404,),
        tag="customers",
    ),
    Route(
        method="POST",
        path=f"{PERSON}/merge",
        handler=customers.merge_customers,
        role="supervisor",
        summary="Two records are one person: history and places of the other become this one's",
        body=customers.MergeBody,
        answers={200: CustomerView},
        refuses=(404,),
        tag="customers",
    ),
    Route(
        method="POST",
        path=f"{PERSON}/block",
        handler=customers.block_customer,
        role="supervisor",
        summary="Turn the customer away everywhere: for 24 hours, for good, or no longer",
        body=customers.CustomerBlockBody,
        answers={200: customers.BlockedView},
        refuses=(404,),
        tag="customers",
    ),
    Route(
        method="GET",
        path=f"{PERSON}/export",
        raw=customers.export_customer,
        role="admin",
        summary="All there is of one customer",
        answers={200: customers.ExportView},
        refuses=(404,),
        tag="customers",
    ),
    Route(
        method="POST",
        path=f"{PERSON}/erase",
        handler=customers.erase_customer,
        role="admin",
        summary="Erase one customer and everything that was said, for good",
        answers={202: customers.ErasingView},
        refuses=(404,),
        tag="customers",
    ),
)

ROUTES = (
    *READING,
    *ACTING,
    *MENTIONS,
    *QUICK_REPLIES,
    *OVERSEEING,
    *CUSTOMERS,
    *SUBMISSIONS,
    Route(
        method="POST",
        path="/api/v1/bots/{id}/sessions/{session}/messages",
        handler=bots.bot_says,
        role="nobody",  # it is signed with the bot's own secret
        signed=True,
        summary="What a bot says by itself, signed with its secret (docs/bots.md)",
        body=LaterIn,
        answers={201: bots.SaidView},
        refuses=(403, 404, 409),
        tag="bots",
    ),
    Route(
        method="POST",
        path=f"{BASE}/files",
        raw=upload,
        role="agent",
        summary="Upload a file to send",
        query=bodies.UploadQuery,
        answers={201: bodies.Uploaded},
        refuses=(413, 415),
        tag="inbox",
    ),
    Route(
        method="GET",
        path=f"{BASE}/socket",
        raw=inbox_socket,
        role="nobody",  # the first frame signs in: a token in an address would be in every log
        summary="The live feed (a WebSocket)",
        answers={101: None},
        refuses=(400,),
        tag="inbox",
    ),
)
