"""The one HTTP client of the API's tests: an answer that the OpenAPI document does not describe fails the test."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp.test_utils import TestClient
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.api.hits import Hit

DOCUMENT = "urn:frontdesk:openapi"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer that was looked at. `body` is None where there was none."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def fields(self) -> dict[str, str]:
        """Which fields a 422 names, with what it says of them."""
        return {error["field"]: error["message"] for error in self.body["errors"]}


class Described:
    """An OpenAPI document, ready to be compared with. Objects may hold nothing that it does not name."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = _closed(document)
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(DOCUMENT, resource)
        self._templates = [
            (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), path)
            for path in sorted(self.document["paths"], key=lambda path: path.count("{"))
        ]

    def template(self, path: str) -> str | None:
        return next((name for pattern, name in self._templates if pattern.fullmatch(path)), None)

    def check(self, method: str, path: str, status: int, kind: str, body: Any) -> Hit | None:
        """None for what stands in no document: a path or a method that is not there."""
        template = self.template(path)
        operation = self.document["paths"].get(template, {}).get(method.lower())
        if operation is None or template is None:
            assert status in (404, 405), f"{method} {path} is not described and answered {status}"
            assert kind == PROBLEM, f"{method} {path} answered with {kind}"
            self._validator("components", "schemas", "Problem").validate(body)
            return None
        responses = operation["responses"]
        assert str(status) in responses or status in (500, 503), f"{method} {template} may not answer {status}"
        named = str(status) if str(status) in responses else "default"
        content = responses[named].get("content", {})
        if not content:
            assert body is None, f"{method} {template} {status} has no body"
            return method, template, status
        assert kind in content, f"{method} {template} {status} is {kind}, not {list(content)}"
        where = ("paths", template, method.lower(), "responses", named, "content", kind, "schema")
        self._validator(*where).validate(body)
        return method, template, status

    def lets_through(self, method: str, path: str, body: Any) -> bool:
        """Whether a body is one that the document allows."""
        where = ("paths", self.template(path) or "", method.lower(), "requestBody", "content")
        return bool(self._validator(*where, "application/json", "schema").is_valid(body))

    def _validator(self, *where: str) -> Draft202012Validator:
        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in where)
        return Draft202012Validator({"$ref": f"{DOCUMENT}#/{quote(pointer)}"}, registry=self._registry)


class Client:
    """Speaks as whoever `token` belongs to; `as_` gives one that speaks as somebody else."""

    def __init__(
        self, http: "TestClient[Any, Any]", described: Described, hits: set[Hit], token: str | None = None
    ) -> None:
        self.http, self.described, self.hits, self.token = http, described, hits, token

    def as_(self, token: str | None) -> "Client":
        return Client(self.http, self.described, self.hits, token)

    async def get(self, path: str, **how: Any) -> Seen:
        return await self.send("GET", path, **how)

    async def post(self, path: str, body: Any = None, **how: Any) -> Seen:
        return await self.send("POST", path, body, **how)

    async def put(self, path: str, body: Any = None, **how: Any) -> Seen:
        return await self.send("PUT", path, body, **how)

    async def patch(self, path: str, body: Any = None, **how: Any) -> Seen:
        return await self.send("PATCH", path, body, **how)

    async def delete(self, path: str, **how: Any) -> Seen:
        return await self.send("DELETE", path, **how)

    async def send(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **how: Any) -> Seen:
        """`raw` instead of `body` sends bytes as they are; `headers` and `params` as aiohttp takes them."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        headers |= how.pop("headers", {})
        async with self.http.request(method, path, data=data, headers=headers, **how) as answer:
            content = await answer.read()
            kind = answer.content_type
            found = json.loads(content) if content and "json" in kind else None
            hit = self.described.check(method, answer.url.path, answer.status, kind, found)
            if hit is not None:
                self.hits.add(hit)
            return Seen(answer.status, found, answer.headers)


def _closed(schema: Any) -> Any:
    """The same with `additionalProperties: false` where an object lists its properties: a leak is then a failure."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _closed(each) for key, each in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        found.setdefault("additionalProperties", False)
    return found
