"""Every errand that is no delivery: done, tried again later, or given up and said."""

from typing import assert_never

import structlog
from msgspec.structs import replace

from core import effect as f
from core.channel import Acknowledges, MarksRead, Recalls
from core.command import Command, KeepTranslation, Wake
from core.customer import Address
from core.errors import DeliveryError, Duplicate, Refused, Rejected, Unreachable
from core.event import MediaFetched
from core.message import plain
from core.ports.writing import Leased, Settlement
from gateway.limits import backoff
from gateway.shell import Shell

MOST_TRIES = 12  # about half an hour

log = structlog.get_logger()


class Errands:
    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    async def do(self, errand: Leased) -> Settlement:
        """Do an errand that is no delivery; what fails for now is tried again, what fails for good is said."""
        now = self._shell.clock.now()
        try:
            return await self._do(errand)
        except Rejected as error:
            return self._given_up(errand, error.reason)
        except KeyError:
            return self._given_up(errand, "The channel was removed.")
        except DeliveryError as error:
            if errand.attempt >= MOST_TRIES:
                return self._given_up(errand, error.reason)
            due = now + int(backoff(self._shell.random, errand.attempt) * 1000)
            return Settlement(
                key=errand.key, conversation=errand.conversation, done=False, due=due,
                attempt=errand.attempt + 1, began=errand.began or now, at=now,
            )  # fmt: skip

    def _given_up(self, errand: Leased, reason: str) -> Settlement:
        """What cannot be done is counted, and a person sees what became of a file."""
        self._shell.count(errand.channel, "given_up")
        log.info("outbox.given_up", errand=type(errand.effect).__name__, reason=reason)
        now, effect = self._shell.clock.now(), errand.effect
        done = Settlement(key=errand.key, conversation=errand.conversation, done=True, at=now)
        if isinstance(effect, f.FetchMedia):
            return replace(done, session=effect.session, facts=(MediaFetched(effect.seq, now, reason),))
        return done

    async def _do(self, errand: Leased) -> Settlement:
        shell, effect = self._shell, errand.effect
        done = Settlement(key=errand.key, conversation=errand.conversation, done=True, at=shell.clock.now())
        match effect:
            case f.WakeAt():
                await self._command(errand, Wake(effect.name))
                return replace(done, due=errand.due)  # one that was set anew meanwhile stays
            case f.FindAgent():
                await shell.find_agent(errand, effect)
            case f.AskBot():
                await shell.ask_bot(errand, effect)
            case f.FetchMedia():
                content = await shell.fetch(errand, effect, shell.ways(errand.channel))
                fetched = MediaFetched(effect.seq, shell.clock.now())
                return replace(done, session=effect.session, content=((effect.seq, content),), facts=(fetched,))
            case f.Acknowledge():
                ways = shell.ways(errand.channel)
                if isinstance(ways.connector, Acknowledges):
                    await ways.connector.acknowledge(effect.ack, ways.wire)
            case f.MarkRead():
                ways = shell.ways(errand.channel)
                if isinstance(ways.connector, MarksRead):
                    await ways.connector.mark_read(errand.address, effect.read_mark, ways.wire)
            case f.Recall():
                await self._recall(errand, effect)
            case f.Translate():
                await self._translate(errand, effect)
            case f.Deliver():
                raise AssertionError("deliveries go through their lane")
            case _:
                assert_never(effect)
        return done

    async def _recall(self, errand: Leased, effect: f.Recall) -> None:
        ways = self._shell.ways(errand.channel)
        message = await self._shell.store.message(effect.session, effect.seq)
        if message is not None and message.state == "queued":
            raise Unreachable("queued", "The message is still on its way out.")  # `_overtaken` may yet stop it
        if message is not None and message.provider_id and isinstance(ways.connector, Recalls):
            await ways.connector.recall(errand.address, message.provider_id, ways.wire)

    async def _translate(self, errand: Leased, effect: f.Translate) -> None:
        """Behind the commit, and at leisure: the chat goes on in the customer's words meanwhile."""
        shell = self._shell
        stored = await shell.store.message(effect.session, effect.seq)
        if shell.translate is None or stored is None or not (text := plain(stored.message.content)):
            return
        translation = await shell.translate(text, effect.target)
        if translation.text.strip() and translation.text != text:
            await self._command(errand, KeepTranslation(effect.session, effect.seq, translation))

    async def _command(self, errand: Leased, command: Command) -> None:
        try:
            await self._shell.engine.handle(Address(errand.channel, errand.address), command)
        except (Refused, Duplicate) as error:
            log.debug("outbox.refused", reason=str(error))  # the session moved on; the timer has nothing to say
