"""The OpenAPI 3.1 document, made from the route table: what is served is what is described."""

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from api.problems import TYPE, Problem
from api.rim import Rim
from api.routes import Plain, Route
from core.channel import Secret

VERSION = "1"
REF = "#/components/schemas/{name}"
_LEVEL = re.compile(r"{(group|channel)}")
_PARAMETER = re.compile(r"{(\w+)}")


def document(routes: Sequence[Route]) -> dict[str, Any]:
    wanted: list[Any] = [Problem]
    for route in routes:
        wanted += [body for body in route.answers.values() if body is not None]
        wanted += [asked for asked in (route.body, route.query, *route.documents) if asked is not None]
    schemas, components = msgspec.json.schema_components(wanted, schema_hook=_schema, ref_template=REF)
    known = {_key(kind): schema for kind, schema in zip(wanted, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, known, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Frontdesk", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def served(routes: Sequence[Route]) -> tuple[Route, ...]:
    """The table with the route that describes it, itself included."""

    async def openapi(rim: Rim, request: web.Request) -> web.StreamResponse:
        return web.Response(body=text, content_type="application/json")

    described = Route(
        method="GET",
        path="/api/openapi.json",
        raw=openapi,
        role="nobody",
        summary="This description",
        answers={200: Plain},
        tag="description",
    )
    table = (*routes, described)
    text = msgspec.json.encode(document(table))
    return table


def _key(kind: Any) -> str:
    return repr(kind)


def _schema(kind: type) -> dict[str, Any]:
    if kind is Secret:
        return {"type": "string", "format": "password", "writeOnly": True}
    raise NotImplementedError(kind)


def _operation(route: Route, known: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": "_".join([route.name, *_LEVEL.findall(route.path)]),
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [*_path(route), *_query(route, known, components), *_headers(route)],
        "responses": {**_answers(route, known), **_problems(route)},
        "x-role": route.role,
    }
    if route.role != "nobody":
        found["security"] = [{"bearer": []}]
    if route.body is not None:
        found["requestBody"] = {"required": True, "content": _json(_shape(route, route.body, known))}
    return found


def _shape(route: Route, kind: Any, known: dict[str, Any]) -> dict[str, Any]:
    if kind == Plain and route.documents:
        return {"anyOf": [known[_key(each)] for each in route.documents]}
    found: dict[str, Any] = known[_key(kind)]
    return found


def _path(route: Route) -> Iterator[dict[str, Any]]:
    for name in _PARAMETER.findall(route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(route: Route, known: dict[str, Any], components: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if route.query is None:
        return
    schema = components[known[_key(route.query)]["$ref"].rpartition("/")[2]]
    for name, field in schema["properties"].items():
        parameter = {"name": name, "in": "query", "schema": field, "required": name in schema["required"]}
        yield parameter


def _headers(route: Route) -> Iterator[dict[str, Any]]:
    if 412 in route.problems:
        yield {"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}}


def _answers(route: Route, known: dict[str, Any]) -> dict[str, Any]:
    return {
        str(status): {"description": HTTPStatus(status).phrase}
        | ({} if body is None else {"content": _json(_shape(route, body, known))})
        for status, body in route.answers.items()
    }


def _problems(route: Route) -> dict[str, Any]:
    content = {TYPE: {"schema": {"$ref": REF.format(name="Problem")}}}
    named = {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in route.problems}
    return {**named, "default": {"description": "Something went wrong here (500, 503)", "content": content}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
