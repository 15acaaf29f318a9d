"""What agents and supervisors do beside answering: pass chats on, step in, sum up, serve tickets, erase people.

And what customers say when they are asked for something.
"""

from collections.abc import Sequence
from random import Random

from core import command as c
from core.customer import Customer
from core.message import Summary, Text
from core.session import AgentRef, Conversation, Session

ANSWERS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("Your name?", ("Ann", "-", "Ann of Utrecht")),
    ("Your age?", ("42", "forty", "4,5", "-")),
    ("Born when?", ("1990-05-04", "4.5.1990", "never", "5/14/1990", "-")),
    ("Your phone?", ("+358 40 1234567", "040 123 4567", "none", "-")),
    ("Your e-mail?", ("ann@shop.example", "not telling", "ann at home")),
    ("About what?", ("1", "Orders", "else")),
    ("Your message", ("My parcel is lost.",)),
    ("Agree?", ("yes", "no", "I agree")),
    ("Would you like to tell us why?", ("It was slow.", "skip")),
    ("You can name several", ("1, 2", "Kind", "skip")),
    ("Has your question been solved?", ("yes", "no")),
    ("Which language", ("English", "1", "Español")),
    ("May we pass it on", ("Yes, pass it on", "no")),
    ("Talk to a person", ("human please", "when does my parcel come", "refund", "boss", "when are you", "blue")),
)
KEYS = {"name": "Ann", "age": "42", "email": "ann@shop.example", "phone": "+358401234567", "score": "5", "text": "Hm."}


def answer(random: Random, text: str) -> str | None:
    """What somebody says to a question in the text; None if there is none."""
    found = next((answers for question, answers in ANSWERS if question.lower() in text.lower()), None)
    return None if found is None else random.choice(found)


def of_agent(
    random: Random, by: c.Actor, session: Session, others: Sequence[AgentRef], boss: c.Actor, serial: int
) -> c.Command:
    """Something that is done to a chat by its agent, a colleague, or a supervisor."""
    other = random.choice(others)
    summary = random.choice((Summary(("order",), True, "all said", {"name": "Ann"}), Summary((), False, "said")))
    acts: list[c.Command] = [
        c.Transfer(by=by, agent=other, note="yours"), c.Transfer(by=by, group="g-sales", group_name="Sales"),
        c.Invite(by, other), c.Uninvite(by, other.id), c.TakeOver(boss), c.Decline(by),
        c.Summarize(by=by, session=session.id, summary=summary), c.Transfer(by=boss, agent=other),
        c.Annotate(c.Actor(other.id, other.name), "psst", f"w{serial}", whisper=True),
        c.Withhold(by, Text("damn")), c.Tag(by, ("vip",)),
    ]  # fmt: skip
    if session.guests:
        acts += [c.Uninvite(by, session.guests[0].id)] * 3
    return random.choice(acts)


def of_offer(random: Random, session: Session, boss: c.Actor) -> c.Command | None:
    """What is said to a transfer that waits for a word."""
    offer = session.offer
    if offer is None or random.random() < 0.2:
        return None
    who = c.Actor(offer.agent.id, offer.agent.name) if offer.kind == "accept" and offer.agent else boss
    return c.Accept(who) if random.random() < 0.7 else c.Decline(who)


def of_supervisor(
    random: Random, boss: c.Actor, state: Conversation, others: Sequence[AgentRef], serial: int
) -> c.Command:
    """Something that is done to a customer, to what they left, or to their chat while it waits."""
    other = random.choice(others)
    acts: list[c.Command] = [
        c.Identify(Customer(id=state.customer.id, name="Ann", partner_id=f"p{serial % 40}", vip=serial % 3 == 0,
                            params={"vip_level": "3", "field.topic": "a", "field.age": "20"}), boss.id),
        c.Identify(Customer(id=f"linked{serial % 9}", name="Ann"), boss.id),
    ]  # fmt: skip
    if state.session is None:
        acts += [c.WriteAfter(by=boss, client_id=f"after{serial}", content=Text("one more thing"))] * 3
        if random.random() < 0.15:
            return c.Erase(boss.id)
    elif state.session.phase in ("queued", "unassigned"):
        acts += [c.Hand(by=boss, agent=other), c.Hand(by=boss, group="g-help", group_name="Help")] * 3
    for submission in state.submissions:
        acts += [
            c.ReplyToSubmission(by=boss, submission=submission.id, client_id=f"s{serial}", content=Text("we look")),
            c.ChangeSubmission(by=boss, submission=submission.id, agent=other.id, only_new=True),
            c.ChangeSubmission(by=boss, submission=submission.id, group="g-help"),
            c.ChangeSubmission(by=boss, submission=submission.id, state=random.choice(("open", "solved", "new"))),
        ] * 2  # fmt: skip
    return random.choice(acts)
