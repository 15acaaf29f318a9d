"""What a satisfaction survey asks: the settings of the area `surveys`, and the scheme in force for one group. How it is
asked and answered is in rating.py, what words mean in survey.py.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.form import Texts, said, texts_problems
from core.session import Session, SurveyKind
from core.survey import HIGHEST, LOWEST

Demand = Literal["off", "optional", "required"]

MOST_TAGS, MOST_WORDS, MOST_NAME = 10, 200, 50
YEAR = 366 * 86_400


class Tag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a score was given for: `name` is what agents and reports see, `text` what customers do (else the name)."""

    name: str
    text: Texts = {}


class Score(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is special about one score; None leaves it to the whole scheme."""

    text: Texts = {}
    tags: tuple[Tag, ...] | None = None
    tags_required: bool | None = None
    comment: Demand | None = None


class Surveys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Area `surveys`. `expires_seconds` counts from the invitation's commit; `rest_seconds` is how long nobody is asked
    by itself again after they were; `invitations` how often one chat may be asked about, the customer's own wish aside;
    a score of `alert_at_most` or less is shown to supervisors at once."""

    on: bool | UnsetType = UNSET
    kind: SurveyKind | UnsetType = UNSET
    ask_on_close: bool | UnsetType = UNSET
    scores: dict[str, Score] | UnsetType = UNSET
    tags: tuple[Tag, ...] | UnsetType = UNSET
    tags_required: bool | UnsetType = UNSET
    comment: bool | Demand | UnsetType = UNSET
    solved: Demand | UnsetType = UNSET
    expires_seconds: Annotated[int, Meta(ge=1, le=YEAR)] | UnsetType = UNSET
    invitations: Annotated[int, Meta(ge=1, le=10)] | UnsetType = UNSET
    rest_seconds: Annotated[int, Meta(ge=0, le=YEAR)] | UnsetType = UNSET
    customer_may_ask: bool | UnsetType = UNSET
    visible_to_agent: bool | UnsetType = UNSET
    alert_at_most: Annotated[int, Meta(ge=0, le=10)] | UnsetType | None = UNSET


class Survey(msgspec.Struct, frozen=True):
    """What is in force, every value set."""

    on: bool = False
    kind: SurveyKind = "stars"
    ask_on_close: bool = True
    scores: Mapping[str, Score] = {}
    tags: tuple[Tag, ...] = ()
    tags_required: bool = False
    comment: bool | Demand = False
    solved: Demand = "off"
    expires_seconds: int = 86_400
    invitations: int = 1
    rest_seconds: int = 0
    customer_may_ask: bool = True
    visible_to_agent: bool = True
    alert_at_most: int | None = None

    def words(self, score: int, language: str, default: str) -> str | None:
        """The scheme's own wording of a score; None where the built-in one holds."""
        return said(self._of(score).text, language, default) or None

    def tags_of(self, score: int) -> tuple[Tag, ...]:
        own = self._of(score).tags
        return self.tags if own is None else own

    def wants_tags(self, score: int) -> Demand:
        if not self.tags_of(score):
            return "off"
        own = self._of(score).tags_required
        return "required" if (self.tags_required if own is None else own) else "optional"

    def wants_comment(self, score: int) -> Demand:
        own = self._of(score).comment
        if own is not None:
            return own
        if isinstance(self.comment, bool):
            return "optional" if self.comment else "off"
        return self.comment

    def alarms(self, score: int) -> bool:
        return self.alert_at_most is not None and score <= self.alert_at_most

    def _of(self, score: int) -> Score:
        return self.scores.get(str(score), _PLAIN)


_PLAIN = Score()


def ratable(survey: Survey, session: Session) -> bool:
    """Whether a customer may ask to rate a chat."""
    return survey.on and survey.customer_may_ask and session.rating is None and session.wrote > 0


# --- what an admin may set ---------------------------------------------------------------------------------------

Problems = list[tuple[str, str]]


def validate_survey(document: Surveys) -> Problems:
    wrong: Problems = []
    expires, kind, alarm = document.expires_seconds, document.kind, document.alert_at_most
    if isinstance(expires, int) and not 60 <= expires <= YEAR:
        wrong.append(("expires_seconds", f"Give seconds from 60 to {YEAR}."))
    scale = range(LOWEST[kind], HIGHEST[kind] + 1) if isinstance(kind, str) else range(11)
    if isinstance(alarm, int) and alarm not in scale:
        wrong.append(("alert_at_most", _off_scale(scale)))
    elif isinstance(alarm, int) and len(scale) > 1 and alarm == scale[-1]:
        wrong.append(("alert_at_most", "This is the best score there is: every rating would be an alarm."))
    tags = document.tags if isinstance(document.tags, tuple) else ()
    wrong += _tags(tags, "tags")
    if isinstance(document.scores, dict):
        for name, score in document.scores.items():
            wrong += _score(name, score, scale)
    if document.tags_required is True and not tags and not _some_tags(document):
        wrong.append(("tags_required", "There are no tags to choose from: name some in “tags” or for a score."))
    return wrong


def _some_tags(document: Surveys) -> bool:
    return isinstance(document.scores, dict) and any(score.tags for score in document.scores.values())


def _score(name: str, score: Score, scale: range) -> Problems:
    field = f"scores.{name}"
    if name not in {str(each) for each in scale}:
        return [(field, _off_scale(scale))]
    wrong = [*_texts(score.text, f"{field}.text"), *_tags(score.tags or (), f"{field}.tags")]
    if score.tags_required and score.tags is not None and not score.tags:
        wrong.append((f"{field}.tags_required", "This score has no tags to choose from."))
    return wrong


def _off_scale(scale: range) -> str:
    return f"This is no score of the scale; it goes from {scale[0]} to {scale[-1]}."


def _tags(tags: tuple[Tag, ...], field: str) -> Problems:
    wrong: Problems = [(field, f"There may be at most {MOST_TAGS}.")] if len(tags) > MOST_TAGS else []
    names = [tag.name for tag in tags]
    for index, tag in enumerate(tags):
        if not tag.name.strip() or len(tag.name) > MOST_NAME or "\n" in tag.name:
            wrong.append((f"{field}.{index}.name", f"A name has 1 to {MOST_NAME} characters, in one line."))
        elif tag.name in names[:index]:
            wrong.append((f"{field}.{index}.name", "Another tag here has this name."))
        wrong += _texts(tag.text, f"{field}.{index}.text")
    return wrong


def _texts(texts: Texts, field: str) -> Problems:
    """None at all leaves the built-in words."""
    long = [(f"{field}.{tag}", f"A text has at most {MOST_WORDS} characters.") for tag, text in texts.items()
            if len(text) > MOST_WORDS]  # fmt: skip
    return long or (texts_problems(texts, field) if texts else [])
