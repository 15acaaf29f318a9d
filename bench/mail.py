"""LINE webhooks as LINE sends them: about 490 bytes, random provider ids, many customers in many scripts, signed.

Made before anything is timed, as raw HTTP requests.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

TEXTS = (
    "Hello, is anybody there? My order has not arrived yet.",
    "Where can I change the delivery address of my parcel?",
    "Thanks, that answers it. One more question about the invoice.",
    "你好,我想查询一下我的订单什么时候发货",
    "請問這個商品還有現貨嗎?我想買兩件",
    "こんにちは、注文した商品がまだ届いていません",
    "返品したいのですが、どうすればいいですか",
    "สวัสดีค่ะ อยากสอบถามเรื่องการจัดส่งสินค้า",
    "สินค้าที่สั่งซื้อยังไม่ได้รับเลยครับ",
    "Halo, saya mau tanya tentang pesanan saya",
    "Hola, quisiera saber cuándo llega mi pedido",
    "مرحبا، أريد الاستفسار عن طلبي من فضلكم",
    "Здравствуйте, когда придёт мой заказ?",
    "안녕하세요, 주문한 상품이 언제 도착하나요?",
    "Bonjour, je voudrais échanger un article s'il vous plaît",
    "Guten Tag, wo finde ich die Rechnung zu meiner Bestellung?",
    "Xin chào, tôi muốn hỏi về đơn hàng của mình",
    "Olá, meu pedido veio com o produto errado",
)

_EVENT = (
    '{"destination":"%s","events":[{"type":"message","replyToken":"%s","webhookEventId":"%s",'
    '"deliveryContext":{"isRedelivery":false},"timestamp":%d,"mode":"active",'
    '"source":{"type":"user","userId":"%s"},"message":{"id":"%s","type":"text","text":%s,'
    '"quoteToken":"%s"}}]}'
)


@dataclass(frozen=True, slots=True)
class Account:
    """Where one LINE channel's webhooks go (`path` under the server's address) and how they are signed."""

    path: str
    secret: str
    bot: str = "U" + "b" * 32


@dataclass(frozen=True, slots=True)
class Webhook:
    """One raw request and what it is known by afterwards."""

    request: bytes
    user: str
    reply_token: str


@dataclass(slots=True)
class Mail:
    """Makes webhooks; no provider id ever comes twice from one `Mail`."""

    random: Random = field(default_factory=Random)

    def user(self) -> str:
        return f"U{self.random.getrandbits(128):032x}"

    def webhook(self, account: Account, user: str, text: str | None = None) -> Webhook:
        random = self.random
        token = f"{random.getrandbits(128):032x}"
        said = random.choice(TEXTS) if text is None else text
        body = (
            _EVENT
            % (
                account.bot,
                token,
                self._ulid(),
                time.time_ns() // 1_000_000,
                user,
                str(random.getrandbits(59)),
                json.dumps(said, ensure_ascii=False),
                f"{random.getrandbits(256):064x}",
            )
        ).encode()
        return Webhook(request(account.path, body, account.secret), user, token)

    def webhooks(self, accounts: Sequence[Account], users: Sequence[str], count: int) -> list[Webhook]:
        """From customers picked at random, each of whom stays with one account."""
        picked = (self.random.randrange(len(users)) for _ in range(count))
        return [self.webhook(accounts[index % len(accounts)], users[index]) for index in picked]

    def _ulid(self) -> str:
        bits = self.random.getrandbits(130)
        return "".join(_CROCKFORD[bits >> shift & 31] for shift in range(0, 130, 5))


def request(path: str, body: bytes, secret: str) -> bytes:
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: LineBotWebhook/2.0\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nx-line-signature: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
