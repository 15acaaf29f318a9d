"""Finds the name of a channel or of its provider in a source text, and leaves ordinary words alone.

`web` is not looked for: it is also the name of a technique, and the gateway serves the widget.
"""

import io
import re
import tokenize
from collections.abc import Iterator

# Never an ordinary word, wherever it stands.
PROPER = re.compile(r"whats_?app|twilio|telegram|linebot|line\.me\b|wa_?id\b|\bwaba\b|graph\.facebook", re.IGNORECASE)
# Ordinary in lower case, a company in prose: "LINE redelivers", "Meta's page".
PROSE = re.compile(r"\bLINE\b|\bMeta\b|\bmeta[ _-]cloud\b")
# As a name: LINE, LineConnector, line_token, MetaCloud. Not: `line_number`, `online`, msgspec's `Meta`.
NAMED = re.compile(
    r"^LINE(_|$)|^Line(Bot|Channel|Connector|Error|Event|Message|Push|Reply|Settings|Token|Webhook)"
    r"|(^|_)line_(api|bot|channel|connector|event|id|messages?|push|reply|retry|secret|settings|token|user|webhook)"
    r"|^meta_?cloud|^MetaCloud"
)
# As a whole string: a kind compared or looked up.
KINDS = frozenset({"line", "meta"})


def in_python(source: str) -> Iterator[tuple[int, str]]:
    """(line number, what was found) for names, strings and comments."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text, prose = token.string, token.type in {tokenize.COMMENT, tokenize.STRING}
        patterns = (PROPER, PROSE) if prose else (PROPER, NAMED)
        if token.type not in {tokenize.COMMENT, tokenize.STRING, tokenize.NAME}:
            continue
        if token.type == tokenize.STRING and text.strip("rbfuRBFU").strip("\"'").lower() in KINDS:
            yield token.start[0], text
        yield from ((token.start[0], hit.group()) for pattern in patterns for hit in pattern.finditer(text))


def in_text(source: str) -> Iterator[tuple[int, str]]:
    """The same for SQL, HTML and scripts, where there are only words and quoted kinds."""
    quoted = re.compile("|".join(f"[\"'`]{kind}[\"'`]" for kind in sorted(KINDS)), re.IGNORECASE)
    for number, line in enumerate(source.splitlines(), start=1):
        yield from ((number, hit.group()) for pattern in (PROPER, PROSE, quoted) for hit in pattern.finditer(line))
