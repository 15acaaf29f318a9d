"""Tickets and offline messages."""

from collections.abc import Mapping
from typing import Any

import msgspec

from api.routes import Handler, Route
from api.views.message import MessageView
from inbox import submissions
from inbox.routes.rows import BASE

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
