"""The benchmarks' own parts: a measure that is wrong is worse than none."""

import base64
import hashlib
import hmac
import itertools
import os
from random import Random

import aiohttp
import pytest
from linebot.v3 import WebhookParser

from bench import floor, sink, vocabulary
from bench.load import drive, percentile, whole
from bench.machine import cores, facts
from bench.mail import Account, Mail
from bench.outcome import Goal, Line, Outcome, as_json, shown
from bench.process import Failed, Process, answering, free_port
from bench.turn import Turns

SECRET = "s" * 32


def test_a_webhook_is_what_line_sends_and_is_signed_as_line_signs() -> None:
    webhook = Mail(Random(1)).webhook(Account("/hooks/1", SECRET), "U1", "สวัสดี")
    head, _, body = webhook.request.partition(b"\r\n\r\n")
    signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
    (event,) = WebhookParser(SECRET).parse(body.decode(), signature)
    assert f"x-line-signature: {signature}".encode() in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert (event.message.text, event.source.user_id, event.reply_token) == ("สวัสดี", "U1", webhook.reply_token)
    assert 400 <= len(body) <= 600


def test_no_provider_id_comes_twice() -> None:
    mail = Mail(Random(1))
    webhooks = mail.webhooks([Account("/hooks/1", SECRET)], [mail.user() for _ in range(10)], 500)
    assert len({webhook.request for webhook in webhooks}) == 500
    assert len({webhook.reply_token for webhook in webhooks}) == 500


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nabc", 403),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", None),
        (b"HTTP/1.1 200 OK\r\nContent-Le", None),
    ],
)
def test_an_answer_counts_when_all_of_it_is_there(data: bytes, status: int | None) -> None:
    assert whole(data) == status


def test_the_sink_takes_requests_apart_however_they_come() -> None:
    two = b"POST /a HTTP/1.1\r\ncontent-length: 2\r\n\r\nxyGET /b HTTP/1.1\r\n\r\nrest"
    assert sink.split(two[:30]) is None
    head, body, rest = sink.split(two) or (b"", b"", b"")
    assert (head[:7], body) == (b"POST /a", b"xy")
    assert sink.split(rest) == (b"GET /b HTTP/1.1", b"", b"rest")


async def test_the_sink_tells_who_was_replied_to() -> None:
    seen: list[str] = []
    async with sink.listening(seen.append) as provider, aiohttp.ClientSession() as session:
        reply = {"replyToken": "token-1", "messages": []}
        async with session.post(f"{provider.base}/v2/bot/message/reply", json=reply) as response:
            assert (response.status, len((await response.json())["sentMessages"])) == (200, 1)
        async with session.get(f"{provider.base}/v2/bot/info") as response:
            assert response.status == 200
    assert (seen, provider.count) == (["token-1"], 1)


async def test_load_and_floor_agree_on_how_many_requests_there_were() -> None:
    port = free_port()
    mail = Mail(Random(1))
    requests = [webhook.request for webhook in mail.webhooks([Account(floor.PATH, SECRET)], ["U1"], 200)]
    with Process(["-m", "bench.floor", str(port)], cores().server) as ground:
        await answering(ground, port)
        bounded = await drive(port, iter(requests), connections=8, seconds=20.0)
        timed = await drive(port, itertools.cycle(requests), connections=8, seconds=0.3)
        assert ground.cpu_seconds() > 0
        assert ground.rss_mib() > 5
    assert (bounded.good, bounded.lost, len(bounded.latencies)) == (200, 0, 200)
    assert (timed.lost, timed.good == len(timed.latencies)) == (0, True)
    assert 0.3 <= timed.seconds < 5
    assert not ground.alive()


async def test_what_does_not_answer_fails_with_what_it_printed() -> None:
    with (
        Process(["-c", "raise SystemExit('no disk')"], cores().server) as process,
        pytest.raises(Failed, match="no disk"),
    ):
        await answering(process, free_port())


def test_a_process_gets_no_setting_of_ours_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_PUBLIC_URL", "https://elsewhere.example")
    with Process(
        ["-c", "import os; print([n for n in os.environ if n.startswith('FRONTDESK')])"], cores().server
    ) as made:
        os.waitid(os.P_PID, made.pid, os.WEXITED | os.WNOWAIT)
        assert made.said().strip() == "[]"


class _Sent:
    """A connection that only remembers."""

    began = 0.0

    def __init__(self) -> None:
        self.requests: list[bytes] = []

    def send(self, request: bytes) -> None:
        self.requests.append(request)


def test_a_turn_is_over_when_it_was_answered_and_replied_to() -> None:
    mail = Mail(Random(1))
    webhooks = [mail.webhook(Account("/", SECRET), user) for user in ("U1", "U2", "U3")]
    turns, connection = Turns(iter(webhooks)), _Sent()
    turns.begin([connection], 60.0)  # type: ignore[list-item]
    turns.seen(webhooks[0].reply_token)
    assert len(connection.requests) == 1
    turns.answered(connection, 200)  # type: ignore[arg-type]
    assert len(connection.requests) == 2
    turns.answered(connection, 200)  # type: ignore[arg-type]
    turns.seen("U2")
    turns.seen("U2")
    assert (len(connection.requests), len(turns.latencies), turns.refused) == (3, 2, 0)


def test_percentiles_are_in_milliseconds() -> None:
    assert percentile([0.001 * n for n in range(1, 101)], 0.99) == pytest.approx(100.0)
    assert percentile([0.002], 0.5) == pytest.approx(2.0)


def test_a_missed_goal_is_said_in_the_table_and_in_the_file() -> None:
    outcome = Outcome("x", [Line("ratio", 0.2, "", Goal("≥", 0.25)), Line("wait", 3.0, "ms", Goal("≤", 25.0))])
    assert "MISSED" in shown([outcome]).splitlines()[1]
    assert "met" in shown([outcome]).splitlines()[2]
    assert as_json([outcome])[0]["lines"] == [
        {"name": "ratio", "value": 0.2, "unit": "", "goal": "≥ 0.25", "met": False, "detail": ""},
        {"name": "wait", "value": 3.0, "unit": "ms", "goal": "≤ 25.0", "met": True, "detail": ""},
    ]


def test_words_differ_and_messages_have_their_length() -> None:
    assert len(set(vocabulary.words(2_000, Random(1)))) == 2_000
    assert {len(message) for message in vocabulary.messages(50, Random(1))} == {200}


def test_the_machine_is_described() -> None:
    assert {"cpu", "cores", "python", "sqlite", "kernel"} <= facts().keys()
