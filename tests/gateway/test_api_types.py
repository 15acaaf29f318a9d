"""The browser's types are those of the API."""

from api.openapi import document
from gateway.api_types import TARGET, typescript
from gateway.web import table


def test_the_types_in_the_tree_are_those_of_the_document() -> None:
    assert TARGET.read_text(encoding="utf-8") == typescript(document(table())), "run `make types`"


def test_a_schema_becomes_the_type_it_describes() -> None:
    found = {
        "components": {
            "schemas": {
                "Kite": {
                    "type": "object",
                    "properties": {
                        "colour": {"enum": ["red", "blue"], "description": "Of its tail."},
                        "tails": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
                        "x-y": {"$ref": "#/components/schemas/Kite"},
                        "more": {"type": "object", "additionalProperties": {"type": "number"}},
                    },
                    "required": ["colour"],
                }
            }
        },
        "paths": {
            "/kites/{id}": {
                "get": {
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                    "responses": {"204": {"description": "none"}},
                }
            }
        },
    }
    assert typescript(found).partition("*/\n")[2] == (
        "\nexport interface components {\n  schemas: {\n    Kite: {\n      /** Of its tail. */\n"
        '      colour: "red" | "blue";\n      tails?: (string | null)[];\n'
        '      "x-y"?: components["schemas"]["Kite"];\n'
        "      more?: { [key: string]: number };\n    };\n  };\n}\n\nexport interface paths {\n"
        '  "/kites/{id}": {\n    get: {\n      parameters: { path: { id: string }; };\n'
        "      responses: {\n        204: { content?: never; };\n      };\n    };\n  };\n}\n"
    )
