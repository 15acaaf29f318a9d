"""What a satisfaction survey offers to press and shows as one form, and how the filled form is read. Asking step by
step is in rating.py.
"""

from collections.abc import Mapping, Sequence

from core.errors import BadInput
from core.form import said
from core.message import Content, Field, Form, Option, plain
from core.policy import Rules
from core.scheme import Demand, Survey, Tag
from core.survey import options

SCORE, TAG = "rate:", "survey:tag:"
YES, NO, SKIP = "survey:yes", "survey:no", "survey:skip"


def score_options(rules: Rules, language: str) -> tuple[Option, ...]:
    """The answers to press: in the scheme's own words, else in the built-in ones."""
    survey, default = rules.survey, rules.channel.language
    return tuple(
        Option(
            one.id,
            survey.words(one.score, language, default)
            or rules.say(one.key, language, score=one.score)
            or str(one.score),
        )
        for one in options(survey.kind)
    )


def fields_of(rules: Rules, question: str, scores: tuple[Option, ...], language: str) -> tuple[Field, ...]:
    """All that is asked, at once; what only some scores are asked says for which."""
    survey = rules.survey
    fields = [Field("score", question, survey.kind, required=True, options=scores)]
    by_tags: dict[tuple[tuple[str, ...], Demand], list[int]] = {}
    by_comment: dict[Demand, list[int]] = {}
    for one in options(survey.kind):
        names = tuple(tag.name for tag in survey.tags_of(one.score))
        by_tags.setdefault((names, survey.wants_tags(one.score)), []).append(one.score)
        by_comment.setdefault(survey.wants_comment(one.score), []).append(one.score)
    asked = rules.say("survey_tags", language) or ""
    for (names, demand), concerned in by_tags.items():
        if names:
            offered = tag_options(rules, survey.tags_of(concerned[0]), language)
            key = f"tags.{concerned[0]}"
            when = _when(concerned, scores)
            fields.append(Field(key, asked, "choice", demand == "required", offered, many=True, when=when))
    if survey.solved != "off":
        solved = rules.say("survey_solved", language) or ""
        fields.append(Field("solved", solved, "choice", survey.solved == "required", yes_no(rules, language)))
    for demand, concerned in by_comment.items():
        if demand != "off":
            why = rules.say("survey_comment", language) or ""
            key = f"comment.{concerned[0]}"
            fields.append(Field(key, why, "text", demand == "required", when=_when(concerned, scores)))
    return tuple(fields)


def _when(concerned: Sequence[int], scores: Sequence[Option]) -> tuple[str, ...]:
    return () if len(concerned) == len(scores) else tuple(f"{SCORE}{score}" for score in concerned)


def tag_options(rules: Rules, tags: Sequence[Tag], language: str) -> tuple[Option, ...]:
    default = rules.channel.language
    return tuple(Option(f"{TAG}{at}", said(tag.text, language, default) or tag.name) for at, tag in enumerate(tags))


def yes_no(rules: Rules, language: str) -> tuple[Option, ...]:
    return (
        Option(YES, rules.say("solved_yes", language) or YES),
        Option(NO, rules.say("solved_no", language) or NO),
    )


def filled(survey: Survey, score: int, values: Mapping[str, str]) -> tuple[tuple[str, ...], bool | None, str]:
    """The rest of a filled form; raises `BadInput` naming what is required and missing, and what is no answer."""
    chosen = "\n".join(value for key, value in values.items() if key.startswith("tags."))
    named = set(filter(None, chosen.split("\n")))
    known = {f"{TAG}{at}": tag.name for at, tag in enumerate(survey.tags_of(score))}
    tags = tuple(name for id, name in known.items() if id in named)
    said_solved = values.get("solved", "")
    solved = {YES: True, NO: False}.get(said_solved)
    comment = _comment_in(values)
    missing = (
        (survey.wants_tags(score) == "required" and not tags, "tags", "Choose at least one."),
        (survey.solved == "required" and solved is None, "solved", "Please say whether it was solved."),
        (solved is None and said_solved != "" and survey.solved == "optional", "solved", f"Give {YES} or {NO}."),
        (survey.wants_comment(score) == "required" and not comment, "comment", "Please say why."),
    )
    if wrong := [(f"content.values.{field}", reason) for lacks, field, reason in missing if lacks]:
        raise BadInput(*wrong)
    return tags, solved, comment


def _comment_in(values: Mapping[str, str]) -> str:
    return next((value.strip() for key, value in values.items() if key.startswith("comment") and value.strip()), "")


def comment_of(content: Content) -> str:
    """The words of a message that was taken as the comment (`core.event.Commented`)."""
    return _comment_in(content.values) if isinstance(content, Form) and content.values else plain(content)
