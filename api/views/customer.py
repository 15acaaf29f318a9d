"""What is shown of a customer."""

import msgspec

from core.customer import Customer, own_fields, vip_level


class CustomerView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str | None
    language: str | None
    avatar: str | None
    phone: str | None
    email: str | None
    partner_id: str | None
    timezone: str | None
    vip: bool
    tags: tuple[str, ...]
    params: dict[str, str]
    nickname: str | None
    vip_level: int
    fields: dict[str, str]
    verified: bool
    saved: bool


def customer_view(customer: Customer) -> CustomerView:
    return CustomerView(
        id=customer.id,
        name=customer.name,
        language=customer.language,
        avatar=customer.avatar,
        phone=customer.phone,
        email=customer.email,
        partner_id=customer.partner_id,
        timezone=customer.timezone,
        vip=customer.vip,
        tags=customer.tags,
        params=customer.params,
        nickname=customer.nickname,
        vip_level=vip_level(customer),
        fields=own_fields(customer),
        verified=customer.verified,
        saved=customer.saved,
    )
