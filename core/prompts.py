"""Everything the system says to a customer: which texts exist, which of them a channel uses, and saying one
in a language. Texts are ICU messages; values put into them are never read as one. When to say what is the
session's business; reading the built-in texts from disk is the shell's.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, Self, get_args

import msgspec
from icu4py.messageformat import MessageFormat

from core.fold import without_surrogates
from core.language import chain, normal
from core.pattern import arguments

Key = Literal[
    # reception and queue
    "greeting",
    "no_agent",
    "queue_position",
    "queue_reminder",
    "queue_wait",
    "keep_waiting",
    "queue_full",
    "out_of_hours",
    "agent_joined",
    "language_switched",
    "language_picker",
    "customer_blocked",
    # during the chat
    "idle_reminder",
    "word_blocked",
    "word_consent",
    "consent_yes",
    "consent_no",
    "consent_refused",
    "word_warning",
    "word_replaced",
    "recalled",
    "unsupported_content",
    "options_hint",
    "link_media",
    # forms (core.form)
    "form_intro",
    "form_optional",
    "form_required",
    "form_wrong_number",
    "form_wrong_date",
    "form_wrong_phone",
    "form_wrong_email",
    "form_wrong_choice",
    "form_wrong_file",
    "form_agree",
    "form_decline",
    "form_thanks",
    # bots
    "bot_unknown",
    "bot_suggest",
    "bot_none",
    "bot_person",
    "bot_helpful",
    "bot_yes",
    "bot_no",
    "bot_glad",
    "bot_handover",
    "bot_unavailable",
    "bot_no_person",
    # end of chat
    "agent_closed",
    "customer_timeout",
    "customer_left",
    "agent_offline",
    "queue_cut",
    "pending_closed",
    "blocked",
    "transferred",
    "submitted",
    # after the end
    "ticket_created",
    "ticket_replied",
    "ticket_solved",
    "after_close",
    "after_restart",
    "after_rate",
    "leave_message",
    # submissions
    "submission_out_of_hours",
    "submission_nobody_online",
    "submission_queue_full",
    "submission_asked",
    "submission_decline",
    "field_name",
    "field_email",
    "field_phone",
    "field_text",
    "field_file",
    # satisfaction
    "survey_invite_stars",
    "survey_invite_nps",
    "survey_invite_thumbs",
    "survey_comment",
    "survey_thanks",
    "survey_tags",
    "survey_solved",
    "solved_yes",
    "solved_no",
    "survey_skip",
    "survey_over",
    "rating_1",
    "rating_2",
    "rating_3",
    "rating_4",
    "rating_5",
    "nps_score",
    "thumb_up",
    "thumb_down",
]
KEYS: tuple[Key, ...] = get_args(Key)
CLOSING_KEYS: frozenset[Key] = frozenset(
    (
        "agent_closed",
        "customer_timeout",
        "customer_left",
        "agent_offline",
        "queue_cut",
        "blocked",
        "transferred",
        "submitted",
    )
)
PROMPT_KEYS: frozenset[Key] = frozenset(KEYS) - CLOSING_KEYS

LONGEST_TEXT = 2000
_CACHED = 4096
_Values = dict[str, int | float | str | Decimal | date | datetime]  # what ICU takes


class Definition(msgspec.Struct, frozen=True):
    """`on` is the default; what is not `optional` is part of something else and can't be switched off.
    Every text may also use {agent}, {session} and {channel}; they are empty where there is none."""

    on: bool = True
    optional: bool = True
    texts: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


_ANYWHERE = frozenset(("agent", "session", "channel"))
_PART = Definition(optional=False)
_TICKET = Definition(texts=frozenset(("ticket",)))
_FORM_PARTS = frozenset(key for key in KEYS if key.startswith("form_") and key not in ("form_intro", "form_thanks"))
_BOT_PARTS: frozenset[Key] = frozenset(("bot_suggest", "bot_none", "bot_person", "bot_helpful", "bot_yes", "bot_no"))
_PLACE = Definition(numbers=frozenset(("position",)))
DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    dict.fromkeys(KEYS, Definition())
    | {
        "queue_position": _PLACE,
        "queue_reminder": _PLACE,
        "queue_wait": Definition(numbers=frozenset(("minutes",))),
        "keep_waiting": _PART,
        "language_switched": Definition(on=False, texts=frozenset(("language",))),
        "recalled": Definition(on=False),
        # Said to somebody who has gone: only where the message waits for them.
        "customer_left": Definition(on=False),
        "word_blocked": _PART,
        "word_consent": _PART,
        "consent_yes": _PART,
        "consent_no": _PART,
        "word_warning": _PART,
        "word_replaced": _PART,
        "options_hint": _PART,
        "link_media": Definition(optional=False, texts=frozenset(("name", "url"))),
        "nps_score": Definition(optional=False, texts=frozenset(("score",))),
        "thumb_up": _PART,
        "thumb_down": _PART,
    }
    | {f"survey_invite_{kind}": _PART for kind in ("stars", "nps", "thumbs")}
    | dict.fromkeys(("survey_tags", "survey_solved", "solved_yes", "solved_no", "survey_skip"), _PART)
    | dict.fromkeys(("after_close", "after_restart", "after_rate", "leave_message", "submission_decline"), _PART)
    | {f"submission_{why}": _PART for why in ("out_of_hours", "nobody_online", "queue_full", "asked")}
    | {f"field_{kind}": _PART for kind in ("name", "email", "phone", "text", "file")}
    | {f"ticket_{what}": _TICKET for what in ("created", "replied", "solved")}
    | dict.fromkeys(_FORM_PARTS | _BOT_PARTS, _PART)
    | {f"rating_{score}": _PART for score in range(1, 6)}
)


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one level of settings says about one prompt; `on` None leaves it to the next level."""

    on: bool | None = None
    text: dict[str, str] = {}


class Said(msgspec.Struct, frozen=True):
    """`language` is the one of the text, which a fallback may have made another than was asked for."""

    key: Key
    language: str
    text: str


class _Pattern(msgspec.Struct, frozen=True):
    key: Key
    language: str
    message: MessageFormat
    needs: frozenset[str]
    numbers: frozenset[str]

    def filled(self, values: Mapping[str, str | int]) -> Said:
        """Raises ValueError when a value the text needs was not given."""
        filled: _Values = {"agent": "", "session": "", "channel": ""}
        for name, value in values.items():
            filled[name] = value if name in self.numbers else without_surrogates(str(value))
        if missing := self.needs - filled.keys():
            raise ValueError(f"{self.key} needs {', '.join(sorted(missing))}")
        return Said(self.key, self.language, self.message.format(filled))


class Catalogue(msgspec.Struct, frozen=True):
    """The texts of one channel and group. Made again when settings change; what it has looked up it keeps,
    up to a number of (key, language) pairs, because customers choose the languages."""

    built_in: Mapping[str, Mapping[str, str]]
    levels: tuple[Mapping[str, Mapping[str, str]], ...]  # nearest first; key → language → text
    off: frozenset[str]
    default_language: str
    _found: dict[tuple[str, str], Said | _Pattern] = msgspec.field(default_factory=dict)

    @classmethod
    def compile(
        cls,
        built_in: Mapping[str, Mapping[str, str]],
        levels: Sequence[Mapping[str, Override]] = (),
        default_language: str = "en",
    ) -> Self:
        """`levels` go from all to channel, like those of the word lists. Raises ValueError for what
        `validate_prompts` complains about, and when English lacks a text."""
        if missing := frozenset(KEYS) - built_in.get("en", {}).keys():
            raise ValueError(f"the English texts lack {', '.join(sorted(missing))}")
        for level in levels:
            for field, message in validate_prompts(level, KEYS):
                raise ValueError(f"{field}: {message}")
        nearest_first = tuple(reversed(levels))
        return cls(
            built_in,
            tuple({key: _by_tag(override.text) for key, override in level.items()} for level in nearest_first),
            frozenset(key for key in KEYS if not _is_on(key, nearest_first)),
            default_language,
        )

    def is_on(self, key: Key) -> bool:
        return key not in self.off

    def say(self, key: Key, language: str | None, /, **values: str | int) -> Said | None:
        """None when the prompt is off. Raises ValueError when a value the text needs is missing."""
        return None if key in self.off else self.shown(key, language, **values)

    def shown(self, key: Key, language: str | None, /, **values: str | int) -> Said:
        """What a prompt says, on or off."""
        found = self._found.get((key, language or ""))
        if found is None:
            found = self._look_up(key, language)
        return found if isinstance(found, Said) else found.filled(values)

    def _look_up(self, key: Key, language: str | None) -> Said | _Pattern:
        found = self._first(key, chain(language, self.default_language))
        if len(self._found) >= _CACHED:
            self._found.clear()
        self._found[key, language or ""] = found
        return found

    def _first(self, key: Key, languages: tuple[str, ...]) -> Said | _Pattern:
        for tag in languages:
            for level in self.levels:
                if (text := level.get(key, {}).get(tag)) is not None:
                    return _ready(key, tag, text)
            if (text := self.built_in.get(tag, {}).get(key)) is not None:
                return _ready(key, tag, text)
        raise AssertionError("every chain ends in English, which has every text")


def validate_prompts(overrides: Mapping[str, Override], allowed_keys: Collection[str]) -> list[tuple[str, str]]:
    problems: list[tuple[str, str]] = []
    for key, override in overrides.items():
        field = f"prompts.{key}"
        if key not in allowed_keys or key not in DEFINITIONS:
            problems.append((field, _unknown_key(key, allowed_keys)))
            continue
        if override.on is False and not DEFINITIONS[key].optional:
            problems.append(
                (
                    f"{field}.on",
                    "This text belongs to something else and can't be switched off.",
                )
            )
        for tag, text in override.text.items():
            message = _complaint(key, tag, text)
            if message is not None:
                problems.append((f"{field}.text.{tag}", message))
    return problems


def _unknown_key(key: str, allowed_keys: Collection[str]) -> str:
    if key in CLOSING_KEYS:
        return f'"{key}" is set under closing.'
    if key in PROMPT_KEYS:
        return f'"{key}" is set under prompts.'
    return f'There is no prompt "{key}". There are: {", ".join(sorted(allowed_keys))}.'


def _complaint(key: str, tag: str, text: str) -> str | None:
    """What is wrong with a text, or None."""
    language = normal(tag)
    if language is None:
        return f'"{tag}" is not a language tag such as en, pt-BR or zh-Hant.'
    if not text.strip():
        return "A text may not be empty; to say nothing, set on to false."
    if len(text) > LONGEST_TEXT:
        return f"A text has at most {LONGEST_TEXT} characters; this one has {len(text)}."
    if text != without_surrogates(text):
        return "This text has half a character in it."
    try:
        message = MessageFormat(text, language)
    except ValueError as error:
        return f"This is not a valid message: {_reason(str(error))}."
    return _bad_values(DEFINITIONS[key], text, message)


_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "U_UNMATCHED_BRACES": "a { has no matching }",
        "U_DEFAULT_KEYWORD_MISSING": 'a plural or select has no case "other"',
        "U_PATTERN_SYNTAX_ERROR": "what is between { and } can't be read",
        "U_ILLEGAL_ARGUMENT_ERROR": "what follows the comma after a name is unknown",
    }
)


def _reason(error: str) -> str:
    return next((words for code, words in _REASONS.items() if code in error), error)


def _bad_values(definition: Definition, text: str, message: MessageFormat) -> str | None:
    known = definition.texts | definition.numbers | _ANYWHERE
    for argument in arguments(text):
        if argument.name not in known:
            names = ", ".join(f"{{{name}}}" for name in sorted(known))
            return f"{{{argument.name}}} is unknown here; there are {names}."
        if argument.kind not in ("", "select") and argument.name not in definition.numbers:
            return f"{{{argument.name}}} is a text and has no {argument.kind}."
    samples: _Values = {name: 2 if name in definition.numbers else "x" for name in known}
    try:
        shown = message.format(samples)
    except RuntimeError as error:
        return f"This can't be filled in: {_reason(str(error))}."
    if any(f"{{{name}}}" in shown for name in known):
        return "An apostrophe right before { makes it plain text; write two apostrophes."
    return None


def _ready(key: Key, language: str, text: str) -> Said | _Pattern:
    if not any(c in text for c in "{}'"):
        return Said(key, language, text)
    message = MessageFormat(text, language)
    used = arguments(text)
    if not used:
        return Said(key, language, message.format({}))
    needs = frozenset(argument.name for argument in used)
    return _Pattern(key, language, message, needs, DEFINITIONS[key].numbers)


def _by_tag(texts: Mapping[str, str]) -> dict[str, str]:
    return {canonical: text for tag, text in texts.items() if (canonical := normal(tag)) is not None}


def _is_on(key: Key, nearest_first: Sequence[Mapping[str, Override]]) -> bool:
    if not DEFINITIONS[key].optional:
        return True
    for level in nearest_first:
        override = level.get(key)
        if override is not None and override.on is not None:
            return override.on
    return DEFINITIONS[key].on
