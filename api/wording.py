"""The words of forms: what areas, fields and choices are called, and what is said to help, by language.

Keys, the nearest first: a title is `Struct.field`, else `*.field` (of every struct); `.help` after it is the sentence
beneath. A choice is `Struct.field:value` or `*:value`, what null means `Struct.field:null`, `Struct.*:null`,
`*.field:null` or `*:null`, a prompt's name `prompt:KEY`. An area, form or struct has its own name for a key, and the
steps of a guide `channels.KIND.guide.1` and on. What has no words (a kind of an operator's own) is spelled out.
"""

from collections.abc import Iterable, Mapping

import msgspec

from core.language import chain


class Words(msgspec.Struct, frozen=True):
    """One language's, with what it lacks from the languages after it."""

    texts: Mapping[str, str]

    def named(self, key: str) -> str | None:
        return self.texts.get(key)

    def title(self, struct: str, field: str) -> str:
        return self._first(f"{struct}.{field}", f"*.{field}") or spelled(field)

    def help(self, struct: str, field: str) -> str | None:
        return self._first(f"{struct}.{field}.help", f"*.{field}.help")

    def choice(self, struct: str, field: str, value: str) -> str:
        return self._first(f"{struct}.{field}:{value}", f"*:{value}") or spelled(value)

    def nothing(self, struct: str, field: str) -> str:
        """What null means there."""
        asked = (f"{struct}.{field}:null", f"{struct}.*:null", f"*.{field}:null", "*:null")
        return self._first(*asked) or "—"

    def prompt(self, key: str) -> str:
        return self._first(f"prompt:{key}") or spelled(key)

    def steps(self, form: str) -> tuple[str, ...]:
        """A guide, in its order."""
        return tuple(self._steps(form))

    def _steps(self, form: str) -> Iterable[str]:
        number = 1
        while (step := self.texts.get(f"{form}.guide.{number}")) is not None:
            yield step
            number += 1

    def _first(self, *keys: str) -> str | None:
        return next((text for key in keys if (text := self.texts.get(key)) is not None), None)


class Wording(msgspec.Struct, frozen=True):
    """Every language's file as it is: only admins look at forms, so none is decoded before somebody does."""

    files: Mapping[str, bytes] = {}

    def words(self, language: str | None) -> Words:
        """In this language, for what it lacks in its parents, and in English at last."""
        found: dict[str, str] = {}
        for tag in reversed(chain(language)):
            if (raw := self.files.get(tag)) is not None:
                found |= msgspec.json.decode(raw, type=dict[str, str])
        return Words(found)


def spelled(name: str) -> str:
    """A name of the code as words."""
    text = name.removesuffix("_seconds").replace("_", " ")
    return text[:1].upper() + text[1:]
