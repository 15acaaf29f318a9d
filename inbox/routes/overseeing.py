"""What supervisors see and do beside the chats."""

from api.routes import Route
from api.views.message import MessageView
from inbox import around, bodies, oversight, risk, today
from inbox.routes.rows import BASE, ONE

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
        method="GET",
        path=f"{BASE}/floor/today",
        handler=today.today,
        role="supervisor",
        summary="How today goes, by the quarter of an hour, of all or of one group and channel",
        query=today.TodayQuery,
        answers={200: today.TodayView},
        tag="floor",
    ),
    Route(
        method="GET",
        path=f"{BASE}/floor/risk",
        handler=risk.risk,
        role="supervisor",
        summary="SLA at risk: open chats with a goal that is missed or due soon, the most urgent first",
        query=today.TodayQuery,
        answers={200: risk.RiskView},
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
