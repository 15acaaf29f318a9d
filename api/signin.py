"""Signing in and out: the two routes that stand before every role."""

from typing import Annotated

import msgspec
from msgspec import Meta

from api.auth import Caller
from api.problems import Stop
from api.rim import Rim
from api.routes import Answer, Call, Nothing, Route
from api.times import Time, iso

Short = Annotated[str, Meta(max_length=320)]
Password = Annotated[str, Meta(max_length=1024)]


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`totp` is taken and not yet asked for."""

    email: Short
    password: Password
    totp: Annotated[str, Meta(max_length=16)] | None = None


class SignedInView(msgspec.Struct, frozen=True):
    token: str
    expires_at: Time
    agent: Caller


async def login(rim: Rim, call: Call[Login, Nothing]) -> Answer:
    signed = await rim.auth.login(call.body.email, call.body.password)
    return Answer(200, SignedInView(signed.token, iso(signed.expires), signed.caller))


async def logout(rim: Rim, call: Call[Nothing, Nothing]) -> Answer:
    if call.token is None:
        raise Stop(401, "signed_out", "Sign in first.")
    await rim.auth.logout(call.token)
    return Answer(204)


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/auth/login",
        handler=login,
        role="nobody",
        summary="Sign in with e-mail and password",
        body=Login,
        answers={200: SignedInView},
        refuses=(401, 429),
        tag="sign-in",
    ),
    Route(
        method="POST",
        path="/api/v1/auth/logout",
        handler=logout,
        role="agent",
        summary="End this sign-in",
        answers={204: None},
        tag="sign-in",
    ),
)
