"""What agents do in a chat."""

from api.views.message import MessageView
from api.views.session import SessionDetail
from inbox import acts, bodies, stars
from inbox.routes.rows import act

ACTING = (
    act(
        "messages",
        acts.send,
        "Answer the customer",
        body=bodies.MessageBody,
        answers={201: MessageView},
    ),
    act(
        "template",
        acts.template,
        "Send a template the provider approved",
        body=bodies.TemplateBody,
        answers={201: MessageView},
    ),
    act(
        "translate",
        acts.translate,
        "A draft in the customer's language (or another); nothing is sent",
        body=bodies.TranslateBody,
        answers={200: bodies.TranslationView},
        refuses=(404, 409, 502),
    ),
    act(
        "notes",
        acts.note,
        "Leave a note that customers never see",
        body=bodies.NoteBody,
        answers={201: MessageView},
    ),
    act("claim", acts.claim, "Take a chat that waits"),
    act("transfer", acts.transfer, "Hand a chat over", body=bodies.TransferBody),
    act("accept", acts.accept, "Take a chat that is offered, or approve its transfer"),
    act("decline", acts.decline, "Do not take or approve it, or take the offer back"),
    act(
        "assign",
        acts.assign,
        "Give out a chat that waits",
        body=bodies.AssignBody,
        role="supervisor",
    ),
    act("take-over", acts.take_over, "Take a chat from whoever has it", role="supervisor"),
    act("invite", acts.invite, "Ask a colleague into the chat", body=bodies.ColleagueBody),
    act("uninvite", acts.uninvite, "Leave a chat you were asked into, or end a colleague's", body=bodies.ColleagueBody),
    act(
        "offline",
        acts.offline,
        "Write to a customer whose chat is over; their next one comes to you, as set",
        body=bodies.OfflineBody,
        answers={201: MessageView},
    ),
    act("close", acts.close, "End a chat", body=bodies.CloseBody),
    act("invite-rating", acts.invite_rating, "Ask the customer for a rating"),
    act(
        "summary",
        acts.summarize,
        "Sum a chat up: types, whether it was solved, a note, own fields",
        body=bodies.SummaryBody,
        answers={200: SessionDetail},
    ),
    act("lock", acts.lock, "Keep a chat open through silence", body=bodies.LockBody),
    act("tags", acts.tags, "Add and remove tags", body=bodies.TagsBody),
    act("block", acts.block, "Turn the customer away", body=bodies.BlockBody, refuses=(404,)),
    act("recall", acts.recall, "Take a message back", body=bodies.RecallBody, answers={200: MessageView}),
    act("read", acts.read, "All of it was read", answers={204: None}),
    act(
        "star",
        stars.star,
        "Keep an eye on a chat",
        body=bodies.StarBody,
        answers={200: bodies.StarsView},
        refuses=(404,),
    ),
    act("typing", acts.typing, "Show the customer that you write", answers={204: None}, refuses=(404,)),
)
