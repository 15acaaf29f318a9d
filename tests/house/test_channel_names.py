"""Law 6: no channel name in the rules, the stores, the rims or the shell."""

from pathlib import Path

import pytest

from tests.house.channel_words import in_python, in_text
from tests.house.tree import ROOT

WITHOUT_NAMES = ("core", "routing", "api", "stores", "inbox", "admin", "gateway")
ALLOWED = {
    "gateway/demo.py": "sets up one channel of each kind for a newcomer to look at",
}
TEXTS = {".css", ".html", ".js", ".json", ".mjs", ".sql"}


def sources() -> list[Path]:
    files = [file for folder in WITHOUT_NAMES for file in sorted((ROOT / folder).rglob("*")) if file.is_file()]
    return [file for file in files if file.suffix == ".py" or file.suffix in TEXTS]


def names_in(file: Path) -> list[tuple[int, str]]:
    source = file.read_text(encoding="utf-8")
    return list(in_python(source) if file.suffix == ".py" else in_text(source))


def test_no_channel_is_named_outside_connectors() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}: {word}"
        for file in sources()
        if str(file.relative_to(ROOT)) not in ALLOWED
        for number, word in names_in(file)
    ]
    assert found == []


def test_what_is_allowed_to_name_a_channel_still_does() -> None:
    needless = [name for name in ALLOWED if (ROOT / name).exists() and not names_in(ROOT / name)]
    assert needless == []


@pytest.mark.parametrize(
    "source",
    [
        'if channel.kind == "line": pass',
        "kinds = {'LINE': 1}",
        "LINE = 1",
        "LINE_LIMIT = 5",
        "class LineConnector: ...",
        "line_token = None",
        "self.line_retry_key = None",
        "x = 1  # LINE wants an answer in 2 s",
        '"""What Meta sends."""',
        'kind = "whatsapp-cloud"',
        "import connectors.whatsapp",
        "class WhatsAppWindow: ...",
        "from twilio.rest import Client",
        "TELEGRAM_LIMIT = 4096",
        'url = "https://api.line.me/v2"',
        'url = "https://graph.facebook.com/"',
        "customer.wa_id = None",
    ],
)
def test_a_channel_name_is_seen(source: str) -> None:
    assert list(in_python(source)) != []


@pytest.mark.parametrize(
    "source",
    [
        "for line in text.splitlines(): print(line)",
        'raise ValueError(f"line {line_number} is no CSV")',
        'status = "online"',
        "deadline = now + 60_000  # a deadline is a line in time",
        'text = "one line\\nanother line"',
        "Name = Annotated[str, msgspec.Meta(max_length=64)]",
        "meta = row.metadata",
        'headers["content-type"] = "multipart/mixed"',
        "import inline, pipeline",
    ],
)
def test_an_ordinary_word_is_left_alone(source: str) -> None:
    assert list(in_python(source)) == []


def test_other_texts_are_read_too() -> None:
    assert list(in_text("SELECT 1\nWHERE kind = 'line' -- for Twilio")) == [(2, "Twilio"), (2, "'line'")]
    assert list(in_text("SELECT line, meta FROM timeline")) == []
