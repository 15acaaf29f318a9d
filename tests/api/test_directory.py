"""The picture of channels, agents, groups and settings: what others see of a write, and after a restart."""

import pytest
from msgspec.structs import replace

from api.directory import Directory
from api.documents import EVERYWHERE, Change, HealthDoc, Scope
from api.vault import CannotOpen, Vault
from core.errors import Stale
from core.survey import Answers
from tests.api.kinds import KINDS, Kite
from tests.api.world import NOON, World


async def another(here: World, secret: str = "a secret for tests only") -> Directory:
    """A directory of the same store, as after a restart."""
    texts = here.rim.directory.policy("kites").texts
    made = Directory(
        here.store,
        Vault.of(secret),
        here.clock,
        connector_class=lambda kind: KINDS[kind],
        texts=texts,
        answers=Answers.compile({}),
    )
    await made.load()
    return made


async def test_everything_is_there_after_a_restart(here: World) -> None:
    await here.agent("owner")
    await here.group("sales", "owner")
    await here.channel(group="sales")
    await here.rim.directory.save_setting(EVERYWHERE, "surveys", {"on": True}, who="owner")
    await here.rim.directory.save_health("kites", HealthDoc(ok=True, at=NOON))
    again = await another(here)
    assert again.channels == here.rim.directory.channels
    assert again.agents == here.rim.directory.agents
    assert again.groups == here.rim.directory.groups
    assert again.policy("kites").rules("sales").survey.on is True
    assert again.policy("kites").version == here.rim.directory.policy("kites").version
    assert again.health("kites") == HealthDoc(ok=True, at=NOON)
    connector = again.connector("kites")
    assert isinstance(connector, Kite)
    assert connector.settings.string_token == "s3cret-string"


async def test_a_removed_channel_keeps_name_and_rules_over_a_restart(here: World) -> None:
    await here.channel()
    await here.rim.directory.remove_channel("kites", who="owner")
    again = await another(here)
    assert "kites" not in again.channels
    gone = again.channel("kites")
    assert gone is not None
    assert gone.name == "Kites"
    assert again.policy("kites").channel.name == "Kites"
    with pytest.raises(KeyError):
        again.connector("kites")


async def test_what_never_was_is_a_key_error(here: World) -> None:
    with pytest.raises(KeyError):
        here.rim.directory.policy("nothing")
    with pytest.raises(KeyError):
        here.rim.directory.connector("nothing")


async def test_another_secret_opens_nothing(here: World) -> None:
    await here.channel()
    again = await another(here, "quite another secret")
    with pytest.raises(CannotOpen):
        again.connector("kites")


async def test_a_secret_moved_to_another_channel_does_not_open(here: World) -> None:
    doc = await here.channel()
    await here.rim.directory.save_channel(replace(doc, id="thief"), who="thief")
    with pytest.raises(CannotOpen):
        here.rim.directory.connector("thief")


async def test_a_connector_is_kept_until_its_channel_changes(here: World) -> None:
    doc = await here.channel()
    await here.channel("others")
    first, other = here.rim.directory.connector("kites"), here.rim.directory.connector("others")
    assert here.rim.directory.connector("kites") is first
    await here.rim.directory.save_channel(replace(doc, name="New"), who="owner")
    assert here.rim.directory.connector("kites") is not first
    assert here.rim.directory.connector("others") is other


async def test_a_policy_is_kept_until_something_it_depends_on_changes(here: World) -> None:
    await here.channel()
    first = here.rim.directory.policy("kites")
    await here.agent("agent", "mei")
    assert here.rim.directory.policy("kites") is first
    await here.rim.directory.save_setting(Scope("channel", "kites"), "surveys", {"on": True}, who="owner")
    second = here.rim.directory.policy("kites")
    assert second.version > first.version
    await here.group("sales")
    assert here.rim.directory.policy("kites").version > second.version


async def test_listeners_are_told_once_it_is_in_force(here: World) -> None:
    await here.channel()
    seen: list[tuple[Change, bool]] = []
    directory = here.rim.directory
    directory.listen(lambda change: seen.append((change, directory.policy("kites").rules(None).survey.on)))
    await directory.save_setting(EVERYWHERE, "surveys", {"on": True}, who="owner")
    assert seen == [(Change("settings", "all::surveys", "owner", NOON), True)]


async def test_a_write_for_another_version_changes_nothing(here: World) -> None:
    directory = here.rim.directory
    await directory.save_setting(EVERYWHERE, "surveys", {"on": True}, who="owner", expected=0)
    with pytest.raises(Stale):
        await directory.save_setting(EVERYWHERE, "surveys", {"on": False}, who="owner", expected=0)
    assert directory.setting(EVERYWHERE, "surveys").body == {"on": True}
    doc = await here.channel()
    with pytest.raises(Stale):
        await directory.save_channel(replace(doc, name="New"), who="owner", expected=9)
    assert directory.channels["kites"].name == "Kites"


async def test_health_that_stays_the_same_is_written_once(here: World) -> None:
    await here.channel()
    for minute in range(5):
        await here.rim.directory.save_health("kites", HealthDoc(ok=True, at=NOON + minute * 60_000))
    assert len(await here.store.revisions("health", "kites")) == 1
    assert here.rim.directory.health("kites").at == NOON + 240_000


async def test_members_are_those_who_are_still_here(here: World) -> None:
    await here.agent("agent", "mei")
    await here.agent("agent", "aya")
    await here.group("sales", "mei", "aya")
    assert here.rim.directory.members("sales") == ("mei", "aya")
    assert here.rim.directory.groups_of("mei") == ("sales",)
    await here.rim.directory.remove_agent("mei", who="owner")
    assert here.rim.directory.members("sales") == ("aya",)
    assert here.rim.directory.members("nothing") == ()
    assert here.rim.directory.groups_of("mei") == ()
