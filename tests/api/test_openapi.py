"""The document: valid OpenAPI, complete, served as it is, and without a secret's place in an answer."""

import json

from jsonschema import ValidationError

from api.openapi import document, served
from api.signin import ROUTES
from tests.api import hits
from tests.api.client import Described
from tests.api.tables import WHOLE
from tests.api.world import World


async def test_the_document_is_served(here: World) -> None:
    seen = await here.client.get("/api/openapi.json")
    assert seen.status == 200
    assert seen.body == json.loads(json.dumps(document(served(ROUTES))))


def test_every_route_is_described_once() -> None:
    described = document(WHOLE)
    pairs = [(route.method.lower(), route.path) for route in WHOLE]
    assert len(set(pairs)) == len(pairs)
    assert {(method, path) for path, item in described["paths"].items() for method in item} == set(pairs)
    names = [operation["operationId"] for item in described["paths"].values() for operation in item.values()]
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(document(WHOLE))
    known = document(WHOLE)["components"]["schemas"]
    asked = {part.partition('"')[0] for part in text.split('"$ref": "#/components/schemas/')[1:]}
    assert asked - set(known) == set()


def test_every_parameter_of_a_path_is_described() -> None:
    for path, item in document(WHOLE)["paths"].items():
        for operation in item.values():
            named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_what_a_role_may_not_do_is_documented() -> None:
    for route in WHOLE:
        assert (401 in route.problems) >= (route.role != "nobody")
        assert (403 in route.problems) >= (route.role not in ("nobody", "agent"))


def test_the_client_sees_what_is_not_described() -> None:
    """The one that looks is looked at: a leak, a status and a body that nobody promised."""
    described = Described(document(WHOLE))
    agent = {"id": "a", "name": "A", "role": "agent"}
    login = ("POST", "/api/v1/auth/login")
    good = {"token": "t", "expires_at": "2025-01-31T09:15:00.250Z", "agent": agent}
    assert described.check(*login, 200, "application/json", good) == (*login, 200)
    for status, kind, body in (
        (200, "application/json", good | {"password": "x"}),
        (200, "application/json", {"token": "t"}),
        (200, "text/html", good),
        (201, "application/json", good),
        (404, "application/problem+json", {"title": "Not Found", "status": 404}),
    ):
        assert not passes(described, login, status, kind, body)


def passes(described: Described, where: tuple[str, str], status: int, kind: str, body: object) -> bool:
    try:
        described.check(*where, status, kind, body)
    except (AssertionError, ValidationError):
        return False
    return True


def test_a_run_that_met_less_than_everything_says_what() -> None:
    met = hits.documented()
    assert hits.unmet(met) == []
    missing = ("POST", "/api/v1/auth/login", 429)
    assert hits.unmet(met - {missing}) == ["POST /api/v1/auth/login never answered 429"]
