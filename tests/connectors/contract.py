"""What every channel must do, asked of each by its samples.

A channel's test file describes itself with `Samples` and subclasses `Contract`; pytest then runs all of this for it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, get_args
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import kinds, load
from core.channel import (
    Connector,
    Delivery,
    HookRequest,
    Ignored,
    Inbound,
    ListsTemplates,
    MarksRead,
    Recalls,
    Receipt,
    Received,
    Secret,
    ShowsTyping,
    StatusUpdate,
)
from core.codec import convert
from core.errors import (
    DeliveryError,
    Forged,
    HookError,
    NotUnderstood,
    Rejected,
    Throttled,
    Uncertain,
    Unreachable,
)
from core.message import Content, State, kind_of
from tests.connectors.wires import Call, FakeWire, Outcome, answer

CONTENTS = frozenset(str(each.__struct_config__.tag) for each in get_args(Content))
MEDIA = frozenset({"image", "audio", "video", "file"})
STATES = frozenset(get_args(State))
LATEST = 2**53  # larger than any time in ms, and still exact in every JSON reader


@dataclass(frozen=True)
class Heard:
    """A webhook with a true signature, and all it says, spelled out."""

    name: str
    request: HookRequest
    says: tuple[Inbound, ...]


@dataclass(frozen=True)
class Sent:
    """A call that must be made: `data` is the decoded body, `headers` those that matter."""

    method: str
    url: str
    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Spoken:
    """A delivery, what the provider answers, the calls it takes and what comes of it."""

    name: str
    delivery: Delivery
    outcomes: tuple[Outcome, ...]
    calls: tuple[Sent, ...]
    receipt: Receipt


@dataclass(frozen=True)
class Failure:
    """What the provider answers to a delivery, and the error that must come of it; `reason` is part of its words."""

    name: str
    outcomes: tuple[Outcome, ...]
    error: type[DeliveryError]
    code: str | None = None
    reason: str = ""
    after: float | None = None
    delivery: Delivery | None = None


@dataclass(frozen=True)
class Samples:
    """One channel. `settings` as an admin would write them; `delivery` one plain text to send.

    `signature` is the header that carries it; `body_is_signed` is False where that header is only a shared secret.
    `redelivered` turns a webhook into the same one sent again. `events` are the tags of inbound values that are
    not contents and that this channel has: edited, unsent, reached, ignored. `own_tests` are the pairs that its own
    file shows by tests of its own, because they come by no webhook. `accepts` looks at each call that was
    made, usually by the SDK's models.
    """

    kind: str
    settings: Mapping[str, Any]
    signature: str
    heard: tuple[Heard, ...]
    spoken: tuple[Spoken, ...]
    failures: tuple[Failure, ...]
    delivery: Delivery
    events: frozenset[str] = frozenset()
    own_tests: frozenset[str] = frozenset()
    body_is_signed: bool = True
    redelivered: Callable[[HookRequest], HookRequest] = lambda request: request
    accepts: Callable[[Call], None] = lambda call: None

    def make(self) -> Connector:
        kind = load(self.kind)
        return kind(convert(self.settings, kind.Settings))

    def secrets(self) -> list[str]:
        fields = msgspec.structs.fields(load(self.kind).Settings)
        return [
            str(self.settings[each.name]) for each in fields if _is_secret(each.type) and each.name in self.settings
        ]


def declared(samples: Samples) -> set[str]:
    """`content × direction` of all that the capabilities promise, statuses and other events included."""
    can = load(samples.kind).capabilities
    heard = can.inbound | samples.events | {f"status {state}" for state in can.statuses}
    return {f"{content} × in" for content in heard} | {f"{content} × out" for content in can.outbound}


def heard_pairs(heard: Heard) -> set[str]:
    return {f"{_what(said)} × in" for said in heard.says}


def spoken_pairs(spoken: Spoken) -> set[str]:
    return {f"{kind_of(part.content)} × out" for part in spoken.delivery.parts}


def _what(said: Inbound) -> str:
    match said:
        case Received(content=content):
            return kind_of(content)
        case StatusUpdate(state=state):
            return f"status {state}"
        case _:
            return str(said.__struct_config__.tag)


def _is_secret(kind: Any) -> bool:
    return kind is Secret or Secret in get_args(kind)


def _chain(error: BaseException | None) -> str:
    """All that a logged traceback would show of the error's own words."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and each not in seen:
            seen.append(each)
            waiting += [each.__cause__, each.__context__]
    return " ".join(f"{each} {each!r}" for each in seen)


def _start(body: bytes) -> str:
    return repr(body[:9])


# --- spoiling a body -------------------------------------------------------------------------------------------

_DROP = object()
_ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([_DROP, None, True, 0, -1, 2**63, 10**40, 1.5, 1e308, "", "\ud800", "\x00", [], {}, [[]], [None]]),
    st.text(max_size=20),
    st.integers(),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
_FUZZ = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, each in inner for place in _places(each, (*at, key)))]


def _put(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return None if new is _DROP else new
    key, *rest = place
    inside = dict(value) if isinstance(value, dict) else list(value)
    if not rest and new is _DROP:
        del inside[key]
    else:
        inside[key] = _put(inside[key], tuple(rest), new)
    return inside


def _spoil(body: bytes, data: st.DataObject) -> bytes:
    """The body with one value replaced or taken away, whether it is JSON or a form."""
    try:
        value = json.loads(body)
    except ValueError:
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
        place = data.draw(st.sampled_from(range(len(pairs)))) if pairs else 0
        odd = data.draw(st.text(max_size=30))
        return urlencode([*pairs[:place], *pairs[place + 1 :], (pairs[place][0] if pairs else odd, odd)]).encode(
            errors="replace"
        )
    place = data.draw(st.sampled_from(_places(value)))
    return json.dumps(_put(value, place, data.draw(_ODD))).encode()


def _nested(body: bytes) -> list[bytes]:
    """Ten thousand levels: as the whole body, and in place of each value that the body has."""
    deep = b"[" * 10_000 + b"]" * 10_000
    maps = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    try:
        value = json.loads(body)
    except ValueError:
        return [deep, maps, b"a=" + deep]
    marked = [json.dumps(_put(value, place, "\u0007")).encode() for place in _places(value)]
    return [deep, maps, deep[:10_000], *(each.replace(b'"\\u0007"', deep) for each in marked)]


def _read(connector: Connector, request: HookRequest) -> None:
    """Reads, and minds that only what is allowed comes of it and that what comes of it can be kept."""
    try:
        said = connector.read(request)
    except NotUnderstood:
        return
    for each in said:
        msgspec.json.decode(msgspec.json.encode(each), type=Inbound)
        if not isinstance(each, Ignored):
            assert each.id and 0 <= each.at < LATEST


# --- the contract ----------------------------------------------------------------------------------------------


class _Held:
    samples: ClassVar[Samples]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        tables = {
            "heard": self.samples.heard,
            "spoken": self.samples.spoken,
            "failure": self.samples.failures,
        }
        for name, table in tables.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, table, ids=[each.name for each in table])  # type: ignore[attr-defined]


class Declares(_Held):
    """What holds for every channel, also for one without a provider."""

    def test_every_declared_pair_has_a_sample(self, record_property: Callable[[str, object], None]) -> None:
        wanted = declared(self.samples)
        sampled = set[str]().union(
            self.samples.own_tests,
            *map(heard_pairs, self.samples.heard),
            *map(spoken_pairs, self.samples.spoken),
        )
        for pair in sorted(wanted):
            record_property("declared", f"{self.samples.kind} × {pair}")
        assert wanted - sampled == set()

    def test_nothing_undeclared_is_sampled(self) -> None:
        sampled = set[str]().union(*map(heard_pairs, self.samples.heard), *map(spoken_pairs, self.samples.spoken))
        assert sampled - declared(self.samples) == set()

    def test_its_kind_is_its_module_and_it_has_a_title(self) -> None:
        found = load(self.samples.kind)
        assert found.kind == self.samples.kind
        assert kinds()[found.kind] == found.__module__
        assert found.title

    def test_its_capabilities_agree_with_each_other_and_with_what_it_implements(self) -> None:
        can, made = load(self.samples.kind).capabilities, self.samples.make()
        assert can.inbound | can.outbound <= CONTENTS
        assert can.inbound and "text" in can.outbound
        assert can.statuses <= STATES
        assert can.text_limit > 0 and can.batch >= 1 and can.rate.per_second > 0 and can.rate.burst >= 1
        assert set(can.media) == can.outbound & MEDIA
        assert all(limit.mimes and limit.max_bytes > 0 for limit in can.media.values())
        assert (can.options > 0) == ("choice" in can.outbound)
        assert can.templates == ("template" in can.outbound) == isinstance(made, ListsTemplates)
        assert can.typing == isinstance(made, ShowsTyping)
        assert can.read_marks == isinstance(made, MarksRead)
        assert can.recall == isinstance(made, Recalls)

    def test_its_settings_are_typed_and_their_secrets_cannot_be_shown(self) -> None:
        kind = load(self.samples.kind)
        made = convert(self.samples.settings, kind.Settings)
        assert self.samples.secrets()
        connector = kind(made)
        for secret in self.samples.secrets():
            assert secret not in repr(made) and secret not in repr(connector) and secret not in str(connector)
        with pytest.raises(TypeError):
            msgspec.json.encode(made)

    def test_a_setting_that_is_missing_is_named(self) -> None:
        kind = load(self.samples.kind)
        required = [each.name for each in msgspec.structs.fields(kind.Settings) if each.required]
        for name in required:
            without = {key: value for key, value in self.samples.settings.items() if key != name}
            with pytest.raises(msgspec.ValidationError, match=name):
                convert(without, kind.Settings)


class Hears(_Held):
    """The signature first, then reading."""

    def test_it_accepts_a_true_signature(self, heard: Heard) -> None:
        self.samples.make().verify(heard.request)

    def test_it_refuses_a_missing_signature(self, heard: Heard) -> None:
        headers = {name: value for name, value in heard.request.headers.items() if name != self.samples.signature}
        with pytest.raises(Forged):
            self.samples.make().verify(msgspec.structs.replace(heard.request, headers=headers))

    @pytest.mark.parametrize("spoil", ["", "é", "0", "first", "last", "longer", "lower"])
    def test_it_refuses_a_false_signature_and_tells_nothing_secret(self, heard: Heard, spoil: str) -> None:
        true = heard.request.headers[self.samples.signature]
        false = {
            "first": true[1:],
            "last": true[:-2],
            "longer": true + "A",
            "lower": true.swapcase(),
        }.get(spoil, spoil)
        request = self._with_signature(heard.request, false)
        with pytest.raises(Forged) as caught:
            self.samples.make().verify(request)
        assert not [secret for secret in [*self.samples.secrets(), true] if secret in _chain(caught.value)]

    def test_it_refuses_another_body_under_a_true_signature(self, heard: Heard) -> None:
        changed = msgspec.structs.replace(heard.request, body=heard.request.body + b"x")
        if self.samples.body_is_signed:
            with pytest.raises(Forged):
                self.samples.make().verify(changed)
        else:
            self.samples.make().verify(changed)

    def test_a_signature_of_another_channel_is_refused(self, heard: Heard) -> None:
        kind = load(self.samples.kind)
        fields = msgspec.structs.fields(kind.Settings)
        names = {each.name for each in fields if _is_secret(each.type)} & set(self.samples.settings)
        others = {**self.samples.settings, **{name: self.samples.settings[name][::-1] for name in names}}
        with pytest.raises(Forged):
            kind(convert(others, kind.Settings)).verify(heard.request)

    @_FUZZ
    @given(signature=st.text(max_size=60), body=st.binary(max_size=200), data=st.data())
    def test_verify_raises_nothing_but_hook_errors(self, signature: str, body: bytes, data: st.DataObject) -> None:
        heard = data.draw(st.sampled_from(self.samples.heard))
        content_type = data.draw(st.sampled_from(["application/json", "application/x-www-form-urlencoded", "\x00;;"]))
        request = self._with_signature(heard.request, signature)
        request = msgspec.structs.replace(request, body=body, headers={**request.headers, "content-type": content_type})
        with pytest.raises(HookError):
            self.samples.make().verify(request)

    def test_it_reads(self, heard: Heard, record_property: Callable[[str, object], None]) -> None:
        said = self.samples.make().read(heard.request)
        assert tuple(said) == heard.says
        for pair in heard_pairs(heard):
            record_property("tested", f"{self.samples.kind} × {pair}")

    def test_reading_twice_says_the_same(self, heard: Heard) -> None:
        connector, before = self.samples.make(), msgspec.structs.asdict(heard.request)
        assert list(connector.read(heard.request)) == list(connector.read(heard.request))
        assert msgspec.structs.asdict(heard.request) == before

    def test_a_redelivery_has_the_same_ids(self, heard: Heard) -> None:
        connector = self.samples.make()
        again = self.samples.redelivered(heard.request)
        connector.verify(again)
        assert _ids(connector.read(again)) == _ids(connector.read(heard.request))

    def test_ids_differ_within_one_webhook(self, heard: Heard) -> None:
        ids = _ids(self.samples.make().read(heard.request))
        assert len(set(ids)) == len(ids)

    @_FUZZ
    @given(data=st.data())
    def test_read_survives_random_and_cut_bodies(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.samples.heard)).request
        cut = data.draw(st.integers(0, max(0, len(request.body) - 1)))
        noise = data.draw(st.binary(max_size=40))
        body = data.draw(st.sampled_from([noise, request.body[:cut], request.body[:cut] + noise + request.body[cut:]]))
        _read(self.samples.make(), msgspec.structs.replace(request, body=body))

    @_FUZZ
    @given(data=st.data())
    def test_read_survives_values_of_the_wrong_kind(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.samples.heard)).request
        _read(self.samples.make(), msgspec.structs.replace(request, body=_spoil(request.body, data)))

    def test_read_survives_ten_thousand_levels(self, heard: Heard) -> None:
        connector = self.samples.make()
        for body in _nested(heard.request.body):
            _read(connector, msgspec.structs.replace(heard.request, body=body))

    def _with_signature(self, request: HookRequest, signature: str) -> HookRequest:
        return msgspec.structs.replace(request, headers={**request.headers, self.samples.signature: signature})


class Speaks(_Held):
    async def test_it_sends(self, spoken: Spoken, record_property: Callable[[str, object], None]) -> None:
        wire = FakeWire(spoken.outcomes)
        receipt = await self.samples.make().deliver(spoken.delivery, wire)
        assert [(call.method, call.url, call.data) for call in wire.calls] == [
            (sent.method, sent.url, sent.data) for sent in spoken.calls
        ]
        for call, sent in zip(wire.calls, spoken.calls, strict=True):
            assert {name: call.headers.get(name) for name in sent.headers} == sent.headers
            self.samples.accepts(call)
        assert receipt == spoken.receipt
        for pair in spoken_pairs(spoken):
            record_property("tested", f"{self.samples.kind} × {pair}")

    async def test_sending_twice_makes_the_same_calls(self, spoken: Spoken) -> None:
        connector, first, second = self.samples.make(), FakeWire(spoken.outcomes), FakeWire(spoken.outcomes)
        await connector.deliver(spoken.delivery, first)
        await connector.deliver(spoken.delivery, second)
        assert first.calls == second.calls


class Fails(_Held):
    """A provider says no, later, or nothing."""

    async def test_it_names_each_failure(self, failure: Failure) -> None:
        with pytest.raises(DeliveryError) as caught:
            await self.samples.make().deliver(failure.delivery or self.samples.delivery, FakeWire(failure.outcomes))
        error = caught.value
        assert type(error) is failure.error
        assert failure.code in (None, error.code)
        assert error.reason and failure.reason in error.reason
        assert failure.after is None or (isinstance(error, Throttled) and error.after == failure.after)
        assert not [secret for secret in self.samples.secrets() if secret in _chain(error)]

    @pytest.mark.parametrize("error", [Unreachable("refused", "nobody there"), Uncertain("timeout", "no answer")])
    async def test_what_the_wire_raises_passes_unchanged(self, error: DeliveryError) -> None:
        with pytest.raises(type(error)) as caught:
            await self.samples.make().deliver(self.samples.delivery, FakeWire([error]))
        assert type(caught.value) is type(error)

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"{}", b"\xff", b"[" * 10_000], ids=repr)
    @pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 413, 418, 422, 429, 500, 502, 503, 599])
    async def test_any_answer_comes_to_a_receipt_or_a_delivery_error(self, status: int, body: bytes) -> None:
        wire = FakeWire([answer(status, body)] * 3)
        error = await self._failure(wire)
        if error is None:
            assert status in (200, 409)
            return
        assert status != 429 or isinstance(error, Throttled | Rejected)
        assert status < 500 or isinstance(error, Unreachable)
        assert not [secret for secret in self.samples.secrets() if secret in _chain(error)]

    async def _failure(self, wire: FakeWire) -> DeliveryError | None:
        try:
            await self.samples.make().deliver(self.samples.delivery, wire)
        except DeliveryError as error:
            return error
        return None


class Contract(Declares, Hears, Speaks, Fails):
    """A channel with a provider."""


def _ids(said: Any) -> list[str]:
    return [each.id for each in said if not isinstance(each, Ignored)]
