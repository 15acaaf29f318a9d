"""Who answers first, bot or people: the area `reception` as it is set, and as it is in force for one channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.condition import Condition, Facts, holds
from core.form import Question, Texts, texts_problems, validate_questions
from core.handover import Handover, Wishes
from core.prompts import PROMPT_KEYS, Key, Override, validate_prompts

Service = Literal["bot_only", "people_only", "bot_first", "people_first"]
Repeat = Literal["customer", "session", "always"]
SERVICES: tuple[Service, ...] = get_args(Service)
REPEATED: frozenset[Key] = frozenset(("greeting", "no_agent", "queue_position", "agent_joined", "transferred"))
SERVICE_PARAM = "page.service"  # what the web page asks for; beats the settings
QUEUE_FIRST = "queue_first"  # the page asks for people at once ("yes")
MOST_SCHEMES = 100
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]


class Prechat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The form before a chat: at once on the web, as questions elsewhere. With a `consent` text it is asked first, and
    without it nothing else. What is known of the customer is not asked. After `give_up_seconds` of silence the chat
    goes on without."""

    on: bool = False
    intro: Texts = {}
    consent: Texts = {}
    questions: tuple[Question, ...] = ()
    give_up_seconds: Annotated[int, Meta(ge=30, le=86_400)] = 300


class Scheme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Another reception for the customers of a segment; what is not given here is as for everybody else."""

    name: Name
    segment: str
    service: Service | None = None
    bot: str | None = None
    deferred: bool | None = None
    prechat: bool | None = None
    prompts: dict[str, Override] = {}


class Welcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of the area `reception` that says who answers first, and what comes before an answer. Of `schemes` the
    first whose segment the customer belongs to is used. `deferred`: an agent is looked for only once the customer
    really said something."""

    service: Service | UnsetType = UNSET
    bot: str | UnsetType | None = UNSET
    deferred: bool | UnsetType = UNSET
    repeat: dict[str, Repeat] | UnsetType = UNSET
    prechat: Prechat | UnsetType = UNSET
    schemes: tuple[Scheme, ...] | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Serving:
    """What is in force, every value set."""

    service: Service = "people_first"
    bot: str | None = None
    deferred: bool = False
    repeat: Mapping[str, Repeat] = field(default_factory=dict)
    prechat: Prechat = Prechat()
    schemes: tuple[Scheme, ...] = ()

    def scheme(self, name: str | None) -> Scheme | None:
        return next((scheme for scheme in self.schemes if scheme.name == name), None) if name else None

    def dressed(self, scheme: Scheme | None) -> "Serving":
        """With what a scheme says put over it."""
        if scheme is None:
            return self
        prechat = self.prechat
        if scheme.prechat is not None:
            prechat = msgspec.structs.replace(prechat, on=scheme.prechat)
        return replace(
            self,
            service=scheme.service or self.service,
            bot=scheme.bot or self.bot,
            deferred=self.deferred if scheme.deferred is None else scheme.deferred,
            prechat=prechat,
        )

    def served(self, service: Service) -> "Serving":
        return replace(self, service=service)

    def to_the_queue(self) -> "Serving":
        """Straight to people, whatever the first message says."""
        return replace(self, service="people_only", deferred=False)


class Bot(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules know of a bot: never how it is called. It answers within `wait_seconds`, or people do."""

    id: str
    name: str
    handover: Handover = Handover()
    while_queued: Literal["quiet", "answers"] = "quiet"
    wait_seconds: int = 15
    idle_seconds: int | None = 3600


@dataclass(frozen=True, slots=True)
class Audience:
    """What reception refers to: segments, bots, and the ways to ask for a person."""

    segments: Mapping[str, Condition] = field(default_factory=dict)
    bots: Mapping[str, Bot] = field(default_factory=dict)
    wishes: Wishes = Wishes()


def chosen(schemes: tuple[Scheme, ...], segments: Mapping[str, Condition], facts: Facts) -> Scheme | None:
    """The first scheme for whose segment the facts hold."""
    for scheme in schemes:
        condition = segments.get(scheme.segment)
        if condition is not None and holds(condition, facts):
            return scheme
    return None


# --- settings ---------------------------------------------------------------------------------------------------


def validate_reception(document: Welcome) -> list[tuple[str, str]]:
    """What is wrong with it by itself; what it names is looked up by whoever knows that."""
    problems: list[tuple[str, str]] = []
    if isinstance(document.repeat, dict):
        keys = ", ".join(sorted(REPEATED))
        problems += [(f"repeat.{key}", f"Only {keys} can be repeated.") for key in document.repeat.keys() - REPEATED]
    if isinstance(document.prechat, Prechat):
        problems += _prechat(document.prechat)
    if isinstance(document.schemes, tuple):
        problems += _schemes(document.schemes)
    return problems


def _prechat(prechat: Prechat) -> list[tuple[str, str]]:
    problems = validate_questions(prechat.questions, "prechat.questions")
    problems += texts_problems(prechat.intro, "prechat.intro") if prechat.intro else []
    problems += texts_problems(prechat.consent, "prechat.consent") if prechat.consent else []
    problems += [
        (f"prechat.questions.{index}.kind", "A consent stands in `consent`; a file cannot be asked for before a chat.")
        for index, question in enumerate(prechat.questions)
        if question.kind in ("consent", "file")
    ]
    problems += [
        (f"prechat.questions.{index}.key", "This key is the consent's.")
        for index, question in enumerate(prechat.questions)
        if question.key == "consent"
    ]
    if prechat.on and not prechat.questions:
        problems.append(("prechat.questions", "A form needs at least one question."))
    return problems


def _schemes(schemes: tuple[Scheme, ...]) -> list[tuple[str, str]]:
    problems: list[tuple[str, str]] = []
    if len(schemes) > MOST_SCHEMES:
        problems.append(("schemes", f"There may be at most {MOST_SCHEMES} schemes."))
    names = [scheme.name for scheme in schemes]
    for index, scheme in enumerate(schemes):
        here = f"schemes.{index}"
        if scheme.name in names[:index]:
            problems.append((f"{here}.name", "Another scheme of this level has this name."))
        problems += [(f"{here}.{field}", message) for field, message in validate_prompts(scheme.prompts, PROMPT_KEYS)]
    return problems
