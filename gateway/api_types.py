"""The API's types for the browser's side, made from the OpenAPI document; `--check` only looks whether they are new.

Written for what this API's document holds, in the shape `openapi-fetch` reads: `make types`.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.openapi import document
from gateway.web import table

TARGET = Path(__file__).parent.parent / "web" / "src" / "desk" / "api" / "schema.ts"
HEAD = "/** Made by `make types` from the OpenAPI document the server answers with; not to be edited. */\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
METHODS = ("get", "put", "post", "patch", "delete")


def typescript(found: Mapping[str, Any]) -> str:
    """`paths` and `components` of an OpenAPI 3.1 document."""
    schemas, paths = found["components"]["schemas"], found["paths"]
    lines = [HEAD, "export interface components {", "  schemas: {"]
    lines += [f"    {_key(name)}: {_type(schemas[name], '    ')};" for name in sorted(schemas)]
    lines += ["  };", "}", "", "export interface paths {"]
    for path in sorted(paths):
        lines += [f"  {json.dumps(path)}: {{", *_path(paths[path]), "  };"]
    return "\n".join([*lines, "}", ""])


def _path(operations: Mapping[str, Any]) -> Iterator[str]:
    for method in METHODS:
        if method in operations:
            yield from _operation(method, operations[method])


def _operation(method: str, found: Mapping[str, Any]) -> Iterator[str]:
    yield f"    {method}: {{"
    yield f"      parameters: {{ {_parameters(found['parameters'])} }};"
    if "requestBody" in found:
        yield f"      requestBody: {{ {_content(found['requestBody'])} }};"
    yield "      responses: {"
    for status, answer in found["responses"].items():
        yield f"        {status}: {{ {_content(answer)} }};"
    yield "      };"
    yield "    };"


def _parameters(found: list[dict[str, Any]]) -> str:
    places: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        places.setdefault(each["in"], []).append(each)
    return " ".join(
        f"{place}{'' if any(e['required'] for e in of) else '?'}: {_fields(of)};" for place, of in places.items()
    )


def _fields(found: list[dict[str, Any]]) -> str:
    fields = (f"{_key(each['name'])}{'' if each['required'] else '?'}: {_type(each['schema'], '')}" for each in found)
    return "{ " + "; ".join(fields) + " }"


def _content(found: Mapping[str, Any]) -> str:
    if "content" not in found:
        return "content?: never;"
    kinds = (f"{json.dumps(kind)}: {_type(body['schema'], '        ')}" for kind, body in found["content"].items())
    return "content: { " + "; ".join(kinds) + " };"


def _type(schema: Mapping[str, Any], indent: str) -> str:
    if "$ref" in schema:
        return f'components["schemas"]["{schema["$ref"].rpartition("/")[2]}"]'
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(each, indent) for each in schema["anyOf"]))
    match schema.get("type"):
        case "array":
            inner = _type(schema.get("items", {}), indent)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case "object" if "properties" in schema:
            return _object(schema, indent)
        case "object":
            more = schema.get("additionalProperties")
            return f"{{ [key: string]: {_type(more, indent) if isinstance(more, dict) else 'unknown'} }}"
        case str() as name:
            return PLAIN[name]
        case _:
            return "unknown"


def _object(schema: Mapping[str, Any], indent: str) -> str:
    inner, needed = indent + "  ", set(schema.get("required", ()))
    lines = []
    for name, field in schema["properties"].items():
        if "description" in field:
            lines.append(f"{inner}/** {field['description'].replace('*/', '* /')} */")
        lines.append(f"{inner}{_key(name)}{'' if name in needed else '?'}: {_type(field, inner)};")
    return "\n".join(["{", *lines, f"{indent}}}"])


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)


def main() -> int:
    made = typescript(document(table()))
    if "--check" in sys.argv:
        if TARGET.read_text(encoding="utf-8") == made:
            return 0
        print(f"{TARGET.name} is not what the API says any more: `make types`", file=sys.stderr)
        return 1
    TARGET.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
