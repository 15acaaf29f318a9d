"""What message webhooks are told: the fields in a golden file; no original under a mask, no note, no secret."""

import json
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from api import hooks
from api.documents import EVERYWHERE, Scope
from core import event as e
from core import message as m
from core.customer import Customer
from core.ports.desk import Seat
from core.ports.reading import FeedRow
from core.session import AgentRef, Rating
from core.submitted import Answer, Submission
from tests.api import hits
from tests.api.tables import WHOLE
from tests.api.test_views import row, stored
from tests.api.world import NOON, World, world

GOLDEN = Path(__file__).parent / "hooks.json"


@pytest.fixture
async def here(aiohttp_client: object, request: pytest.FixtureRequest) -> World:
    return await world(aiohttp_client, WHOLE, hits.of(request.config))


def test_the_fields_of_every_view_are_the_golden_ones() -> None:
    found = {
        name: list(kind.__struct_fields__)
        for name, kind in sorted(vars(hooks).items())
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__module__ == hooks.__name__
    }
    assert found == json.loads(GOLDEN.read_text()), (
        "what is told outside changed: say so in the golden file, on purpose"
    )


MASKED = m.Text("****")


def fed(event: e.Event, content: m.Content = MASKED, original: m.Content | None = None) -> FeedRow:
    message = stored(content, original=original)
    return FeedRow(n=9, at=NOON, conversation="v1", event=event, session="s1", stored=message, row=row())


async def test_a_masked_original_an_address_and_a_file_of_the_provider_are_never_told(here: World) -> None:
    await here.channel()
    said = m.Message(seq=3, author=m.Author(kind="agent"), content=m.Text("****"), at=NOON)
    masked = fed(e.Replied(message=said, at=NOON, seq=3), original=m.Text("canary original"))
    media = fed(e.Replied(message=said, at=NOON, seq=3), m.Image(mime="image/png", ref="canary ref"))
    for each in (masked, media):
        told = msgspec.json.encode(hooks.event_data(each, here.rim.directory, here.rim.files)).decode()
        assert "canary" not in told
        assert "secret-address" not in told
        assert '"number":7' in told


async def test_each_kind_of_event_tells_what_it_is_about(here: World) -> None:
    await here.channel()
    mei = await here.agent("agent", "mei")

    def told(event: e.Event) -> hooks.HookData:
        return hooks.event_data(fed(event), here.rim.directory, here.rim.files)

    rating = Rating("stars", 2, NOON, tags=("slow",), solved=False)
    rated = hooks.event_data(
        replace(fed(e.Rated("stars", 2, NOON)), row=row(rating=rating)), here.rim.directory, here.rim.files
    ).rating
    assert rated is not None and (rated.kind, rated.score, rated.tags, rated.solved) == ("stars", 2, ("slow",), False)
    ticket = Submission(
        id="s1", number=7, kind="ticket", reason="asked", language="en", at=NOON, changed_at=NOON, agent="mei",
        answers=(Answer("name", "Your name", 3),),
    )  # fmt: skip
    left = told(e.Submitted(ticket)).submission
    assert left is not None and left.agent is not None
    assert (left.agent.name, left.answers[0].message) == ("Mei", "s1.3")
    missed = told(e.SlaBreached(NOON, "resolution", NOON, "Gold", "mei")).sla
    assert missed is not None and missed.agent is not None and (missed.policy, missed.agent.name) == ("Gold", "Mei")
    note = m.Message(seq=3, author=m.Author(kind="agent"), content=m.Text("****"), at=NOON)
    summed = told(e.Summarized(message=note, at=NOON, seq=3, by="mei", types=("order",), solved=True)).summary
    assert summed is not None and (summed.by.name, summed.types, summed.solved) == ("Mei", ("order",), True)
    hit = told(e.Alerted(NOON, 3, "customer", ("legal",))).hit
    assert hit is not None and (hit.side, hit.lists) == ("customer", ("legal",))
    saved = told(
        e.CustomerSaved(Customer(id="c1", name="Ann", partner_id="p1", params={"vip_level": "3"}), NOON)
    ).customer
    assert saved is not None and (saved.name, saved.partner_id, saved.vip_level) == ("Ann", "p1", 3)
    erased = told(e.Erased("c1", NOON, "mei")).customer
    assert erased is not None and (erased.id, erased.name) == ("c1", None)
    assigned = told(e.Assigned(AgentRef("mei", "Mei"), NOON)).session
    assert assigned is not None and assigned.agent is not None and assigned.agent.name == "Mei"
    agent = hooks.agent_data(Seat(agent=mei.id, status="busy", reason="lunch"), here.rim.directory).agent
    assert agent is not None and (agent.name, agent.status, agent.reason) == ("Mei", "busy", "lunch")


async def test_those_of_a_channel_or_a_group_hear_of_their_own_chats(here: World) -> None:
    await here.group("sales")
    await here.channel()
    entry = {"name": "crm", "url": "https://x.example", "secret": {"sealed": "s"}, "types": ["session.opened"]}
    scopes = (EVERYWHERE, Scope("group", "sales"), Scope("channel", "kites"))
    for scope in scopes:
        await here.rim.directory.save_setting(scope, "webhooks", {"subscriptions": [entry]}, who="owner")
    found = hooks.endpoints(here.rim.directory)
    assert sorted(found) == ["all.crm", "channel.kites.crm", "group.sales.crm"]
    opened = fed(e.Opened("s1", 7, NOON, "en"))
    assert [id for id, each in sorted(found.items()) if each.concerns(opened)] == ["all.crm", "channel.kites.crm"]
