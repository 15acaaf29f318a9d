"""What customers are asked, in the channel's own form: buttons, quick replies, a numbered list, a form. One golden file
for every kind of channel; `FRONTDESK_GOLDEN=write` writes it anew, to be read before it is kept.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

import connectors
from core import command as c
from core.conversation import decide
from core.customer import Customer
from core.effect import Deliver
from core.message import Chosen, Content, Text
from core.policy import ChannelFacts, Closing, Level, Policy
from core.scheme import Score, Surveys, Tag
from core.session import Conversation
from core.submitted import Submissions
from core.survey import Answers
from core.turn import Context, Outlook
from locales import read
from tests.core.given import MEI, NOON, inbound

GOLDEN = Path(__file__).parent / "questions.json"
LOCALES = read()
TEXTS = {tag: locale.prompts for tag, locale in LOCALES.items()}
ANSWERS = Answers.compile({tag: locale.survey for tag, locale in LOCALES.items()})
SCHEME = Surveys(on=True, scores={"1": Score(tags=(Tag("slow", {"en": "Too slow", "ar": "بطيء"}),))}, solved="optional")
LANGUAGES = ("en", "ar")


class Asked:
    """One customer on one kind of channel, and what they are asked."""

    def __init__(self, kind: str, language: str, level: Level, *, online: int = 1) -> None:
        capabilities = connectors.load(kind).capabilities
        channel = ChannelFacts("chan", "Shop", language, capabilities)
        self.policy = Policy(1, channel, TEXTS, ANSWERS, level, {}, Level())
        self.state = Conversation(
            id="c", channel="chan", address="ann", customer=Customer(id="k", language=language), window_from=NOON
        )
        self.outlook, self.count = Outlook(free=online > 0, online=online), 0

    def does(self, command: c.Command) -> list[Any]:
        """What goes out, as it is handed to the connector."""

        def new_id() -> str:
            self.count += 1
            return f"id-{self.count}"

        context = Context(
            now=NOON, policy=self.policy, new_id=new_id, number=lambda: 7, outlook=lambda group: self.outlook
        )
        decision = decide(self.state, command, context)
        self.state = decision.state
        calls = [effect for effect in decision.effects if isinstance(effect, Deliver)]
        return [msgspec.to_builtins(part.content) for call in calls for part in call.parts]

    def hears(self, content: Content) -> list[Any]:
        self.count += 1
        return self.does(c.Receive(inbound(content, id=f"m{self.count}")))

    def closes(self) -> list[Any]:
        self.hears(Text("?"))
        assert self.state.session is not None
        self.does(c.Assign(self.state.session.id, MEI.ref, "free"))
        return self.does(c.Close(MEI))[1:]


def asked(kind: str, language: str) -> dict[str, list[Any]]:
    found = {
        f"rating: {scale}": Asked(kind, language, Level(surveys=Surveys(on=True, kind=scale))).closes()
        for scale in ("stars", "nps", "thumbs")
    }
    steps = Asked(kind, language, Level(surveys=SCHEME))
    found["rating: a whole scheme"] = steps.closes()
    found["rating: what it was for"] = steps.hears(Chosen("rate:1", "1"))
    found["rating: solved?"] = steps.hears(Chosen("survey:tag:0", "slow"))
    leave = Asked(kind, language, Level(submissions=Submissions(on=True)), online=0)
    found["to leave a message"] = leave.hears(Text("?"))[-1:]
    found["what to leave"] = leave.hears(Chosen("submission:accept", "yes"))
    after = Level(submissions=Submissions(on=True), closing=Closing(ask_after_close=True))
    found["what is next"] = Asked(kind, language, after).closes()
    return found


def test_every_question_has_the_channels_own_form() -> None:
    kinds = sorted(connectors.kinds())
    found = {kind: {language: asked(kind, language) for language in LANGUAGES} for kind in kinds}
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("FRONTDESK_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == text, "a question changed: look at it, then write it anew"


@pytest.mark.parametrize("kind", sorted(connectors.kinds()))
def test_no_question_is_too_much_for_its_channel(kind: str) -> None:
    capabilities = connectors.load(kind).capabilities
    for language in LANGUAGES:
        for contents in asked(kind, language).values():
            for content in contents:
                assert content["type"] in capabilities.outbound
                if content["type"] == "choice":
                    assert len(content["options"]) <= capabilities.options
                    assert all(len(option["id"].encode()) <= 64 for option in content["options"])
                    assert all(len(option["label"]) <= capabilities.option_label for option in content["options"])
