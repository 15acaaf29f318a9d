"""Telegram's text formatting: markup to plain text and entities, refused the way the Bot API refuses it."""

import re
from html.parser import HTMLParser
from typing import Any

Json = dict[str, Any]

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
}
_RESERVED = re.compile(r"\\(.)|([.!\-=#+{}>|])", re.DOTALL)


class CannotParse(Exception):
    """The rest of `Bad Request: can't parse entities: …`."""


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[Json] = []
        self._open: list[tuple[str, int, str | None]] = []

    def length(self) -> int:
        return len(self.text.encode("utf-16-le")) // 2

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise CannotParse(f'Unsupported start tag "{tag}" at byte offset {len(self.text.encode())}')
        self._open.append((tag, self.length(), dict(attrs).get("href")))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise CannotParse(f"Unexpected end tag at byte offset {len(self.text.encode())}")
        _, start, url = self._open.pop()
        if (length := self.length() - start) > 0:
            link = {"url": url} if url is not None else {}
            self.entities.append({"type": _TAGS[tag], "offset": start, "length": length} | link)

    def handle_data(self, data: str) -> None:
        self.text += data

    def finish(self) -> None:
        self.close()
        if self._open:
            raise CannotParse(f'Can\'t find end tag corresponding to start tag "{self._open[-1][0]}"')


def parse(text: str, mode: str | None) -> tuple[str, list[Json]]:
    """Plain text and entities. MarkdownV2 is only checked for unescaped reserved characters and unescaped, its styling
    stays as typed. Raises CannotParse."""
    match (mode or "").lower():
        case "":
            return text, commands(text)
        case "html":
            markup = _Markup()
            markup.feed(text)
            markup.finish()
            return markup.text, markup.entities
        case "markdownv2":
            return _unescaped(text), []
        case "markdown":
            return text, []
        case _:
            raise CannotParse("unsupported parse_mode")


def _unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        if found[1] is None:
            raise CannotParse(f"Character '{found[2]}' is reserved and must be escaped with the preceding '\\'")
        return found[1]

    return _RESERVED.sub(one, text)


def commands(text: str) -> list[Json]:
    return [
        {"type": "bot_command", "offset": found.start(), "length": len(found[0])}
        for found in re.finditer(r"(?<!\S)/[A-Za-z0-9_]{1,32}", text)
    ]
