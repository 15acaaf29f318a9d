"""Two kinds of channels that no provider has, for the rims' tests: one with everything, one with nothing."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

import msgspec

from core.channel import Capabilities, Connector, Delivery, HookRequest, Inbound, Receipt, Secret, Wire


class KiteSettings(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    string_token: Secret
    tail_token: Secret | None = None
    from_: Annotated[str, msgspec.Meta(pattern=r"^kite:\d+$")] | None = None
    hill: str | None = None
    api_base: str = "https://kites.example"

    def __post_init__(self) -> None:
        if not self.string_token:
            raise ValueError("`string_token` must not be empty")
        if self.from_ and self.hill:
            raise ValueError("Give either `from` or `hill` - at `$.from`")


class _Silent:
    def verify(self, request: HookRequest) -> None:
        return None

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        return ()

    async def deliver(self, delivery: Delivery, wire: Wire) -> Receipt:
        return Receipt()


class Kite(_Silent):
    kind: ClassVar[str] = "kite"
    title: ClassVar[str] = "Kites"
    Settings: ClassVar[type[msgspec.Struct]] = KiteSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=1000,
        inbound=frozenset({"text", "image"}),
        outbound=frozenset({"text", "image", "choice", "template"}),
        options=3,
        window_seconds=86_400,
        typing=True,
        recall=True,
        templates=True,
    )

    def __init__(self, settings: KiteSettings) -> None:
        self.settings = settings


class NoSettings(msgspec.Struct, frozen=True):
    pass


class Drum(_Silent):
    kind: ClassVar[str] = "drum"
    title: ClassVar[str] = "Drums"
    Settings: ClassVar[type[msgspec.Struct]] = NoSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=100, inbound=frozenset({"text"}), outbound=frozenset({"text"})
    )

    def __init__(self, settings: NoSettings) -> None:
        self.settings = settings


KINDS: Mapping[str, type[Connector]] = {"kite": Kite, "drum": Drum}
