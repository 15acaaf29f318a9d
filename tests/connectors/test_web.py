"""The web widget: no webhook, nothing to call; what a visitor says is read here and what we say is on the feed."""

from collections.abc import Callable

import pytest

from connectors.web import MAX_TEXT, Said, Web, WebSettings, hear
from core.channel import Delivery, HookRequest, Part, Receipt, Received, Secret
from core.errors import BadInput, Forged
from core.message import (
    Audio,
    Choice,
    Chosen,
    Contact,
    Content,
    Field,
    File,
    Form,
    Image,
    Location,
    Note,
    Option,
    Reaction,
    Sticker,
    Template,
    Text,
    Unsupported,
    Video,
    kind_of,
)
from tests.connectors.contract import Declares, Samples, Speaks, Spoken

UPLOADED = "media:" + "0" * 32

SAID: tuple[Content, ...] = (
    Text("Hello, is the blue one in stock?"),
    Image(url=UPLOADED, mime="image/jpeg", size=2000, caption="this one"),
    Audio(url=UPLOADED, mime="audio/ogg", duration=3000),
    Video(url=UPLOADED, mime="video/mp4"),
    File(url=UPLOADED, mime="application/pdf", name="order.pdf"),
    Location(35.65, 139.7, title="Office"),
    Contact("Mei", ("+15005550006",)),
    Chosen("blue", "The blue one"),
    Form("", (), {"score": "5"}),
)
SPOKEN: tuple[Content, ...] = (
    Text("Yes, three of them."),
    Image(url="/media/b.jpg", mime="image/jpeg"),
    Audio(url="/media/b.ogg", mime="audio/ogg"),
    Video(url="/media/b.mp4", mime="video/mp4"),
    File(url="/media/b.pdf", mime="application/pdf"),
    Location(35.65, 139.7),
    Sticker("smile", text="🙂"),
    Contact("Shop", ("+15005550001",)),
    Choice("Which one?", (Option("blue", "Blue"), Option("red", "Red"))),
    Form("How was it?", (Field("score", "Stars", "stars"),)),
)


def delivery(content: Content) -> Delivery:
    return Delivery(id="0" * 32, address="visitor-1", parts=(Part(2, content),))


SAMPLES = Samples(
    kind="web",
    settings={"allowed_origins": ["https://shop.example"], "identity_secret": "canary-of-the-widget"},
    signature="",
    heard=(),
    spoken=tuple(Spoken(kind_of(each), delivery(each), (), (), Receipt()) for each in SPOKEN),
    failures=(),
    delivery=delivery(Text("hi")),
    own_tests=frozenset(
        {f"{kind_of(each)} × in" for each in SAID} | {f"status {state} × in" for state in ("sent", "delivered", "read")}
    ),
)


def heard(content: Content, client_id: str = "c1") -> Received:
    said = Said(client_id=client_id, content=content)
    return hear(said, address="visitor-1", now=1_700_000_000_000)


class TestWeb(Declares, Speaks):
    samples = SAMPLES

    def test_nothing_undeclared_is_sampled(self) -> None:
        assert {kind_of(each) for each in SAID} == Web.capabilities.inbound
        assert {kind_of(each) for each in SPOKEN} == Web.capabilities.outbound

    @pytest.mark.parametrize("content", SAID, ids=kind_of)
    def test_it_hears(self, content: Content, record_property: Callable[[str, object], None]) -> None:
        assert heard(content) == Received(
            id="client:visitor-1:c1",
            address="visitor-1",
            content=content,
            at=1_700_000_000_000,
        )
        record_property("tested", f"web × {kind_of(content)} × in")

    async def test_what_is_committed_counts_as_sent(self, record_property: Callable[[str, object], None]) -> None:
        """`delivered` and `read` come from the widget's own frames: tests/gateway/test_widget.py."""
        receipt = await self.samples.make().deliver(delivery(Text("hi")), None)  # type: ignore[arg-type]
        assert receipt == Receipt(state="sent")
        for state in ("sent", "delivered", "read"):
            record_property("tested", f"web × status {state} × in")


@pytest.mark.parametrize(
    "content",
    [
        Note("internal"),
        Unsupported("withheld"),
        Template("welcome"),
        Reaction("👍"),
        Sticker("smile"),
        Choice("?", (Option("a", "A"),)),
        Text(""),
        Text("  \n "),
        Text("x" * (MAX_TEXT + 1)),
        Image(),
        Image(url="https://elsewhere.example/a.jpg"),
        Image(url="media:../../secret"),
        Image(url=UPLOADED, ref="provider's own"),
        Location(91, 0),
        Location(0, float("nan")),
        Contact("", ()),
        Contact("Mei", ("1",) * 11),
        Chosen("x" * 201, "label"),
        Form("", (), None),
        Form("", (), {}),
        Form("", (Field("score", "Stars"),), {"score": "5"}),
        Form("", (), {"k": "v" * 4001}),
    ],
    ids=repr,
)
def test_what_a_visitor_cannot_say_is_bad_input_that_names_the_field(content: Content) -> None:
    with pytest.raises(BadInput) as caught:
        heard(content)
    assert caught.value.errors[0][0].startswith("content")


@pytest.mark.parametrize("client_id", ["", "x" * 101, "a\nb", "\x00"])
def test_a_client_id_is_short_and_printable(client_id: str) -> None:
    with pytest.raises(BadInput, match="client_id"):
        heard(Text("hi"), client_id)


def test_every_webhook_is_forged() -> None:
    request = HookRequest("POST", "https://x/hooks/w", {}, {}, b"{}")
    with pytest.raises(Forged):
        Web(WebSettings()).verify(request)


@pytest.mark.parametrize("origin", ["shop.example", "https://shop.example/", "HTTPS://shop.example", "ftp://x", "*"])
def test_an_origin_that_a_browser_would_never_send_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="allowed_origins"):
        WebSettings(allowed_origins=(origin,))


def test_an_empty_identity_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="identity_secret"):
        WebSettings(identity_secret=Secret(""))
