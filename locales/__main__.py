"""`python -m locales missing` tells which texts lack where; `python -m locales put KEY` (or `put widget KEY`, `put
forms KEY`, `put desk/inbox KEY`, or another part of the desk) reads {"language": "text", …} from standard input and
writes each at its place."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from core.prompts import KEYS

PROMPTS = Path(__file__).parent
WIDGET = PROMPTS.parent / "web" / "src" / "locales"
DESK = WIDGET.parent / "desk" / "locales"
FORMS = PROMPTS / "forms"


def missing() -> Iterable[str]:
    """One line for each text that lacks or is too much, "language key"."""
    for folder in (PROMPTS, WIDGET, FORMS):
        keys: list[str] = list(KEYS) if folder == PROMPTS else list(_read(folder / "en.json"))
        for file in sorted(folder.glob("*.json")):
            found = _read(file)
            texts = _texts(found)
            name = f"{folder.relative_to(PROMPTS.parent)}/{file.name}"
            yield from (f"{name} lacks {key}" for key in keys if key not in texts)
            yield from (f"{name} has {key}, which is none" for key in texts if key not in keys)
    for tag in sorted({file.name for file in PROMPTS.glob("*.json")} ^ {file.name for file in WIDGET.glob("*.json")}):
        yield f"{tag} is in one of locales and web/src/locales only"
    for part in sorted(folder for folder in DESK.iterdir() if folder.is_dir()):
        yield from _missing_at_desk(part)


def _missing_at_desk(part: Path) -> Iterable[str]:
    keys = _read(part / "en.json").keys()
    for tag in sorted(file.name for file in PROMPTS.glob("*.json")):
        file = part / tag
        found = _read(file).keys() if file.exists() else set[str]()
        name = f"{part.relative_to(PROMPTS.parent)}/{tag}"
        yield from (f"{name} lacks {key}" for key in keys if key not in found)
        yield from (f"{name} has {key}, which is none" for key in found if key not in keys)


def put(folder: Path, key: str, texts: dict[str, str]) -> None:
    for tag, text in texts.items():
        file = folder / f"{tag}.json"
        found = _read(file) if file.exists() else {}
        _texts(found)[key] = text
        file.write_text(written(found, folder), encoding="utf-8")


def written(found: dict[str, Any], folder: Path) -> str:
    """The form of the files: a line for each text, in the order of the keys."""
    if _texts(found) is found:
        order = list(_read(folder / "en.json"))
        kept = sorted(found, key=lambda key: order.index(key) if key in order else len(order))
        return _object({key: _line(found[key]) for key in kept}, 1) + "\n"
    prompts = sorted(found["prompts"], key=lambda key: KEYS.index(key) if key in KEYS else len(KEYS))
    parts = {"prompts": _object({key: _line(found["prompts"][key]) for key in prompts}, 2)}
    for name in found.keys() - {"prompts"}:
        parts[name] = _grammar(found[name])
    return _object(parts, 1) + "\n"


def _texts(found: dict[str, Any]) -> dict[str, Any]:
    """Those of the prompts stand beside other things; of forms one is called so."""
    prompts = found.get("prompts")
    return prompts if isinstance(prompts, dict) else found


def _grammar(survey: dict[str, Any]) -> str:
    parts = {name: _line(value) for name, value in survey.items() if not isinstance(value, dict)}
    for name, value in survey.items():
        if isinstance(value, dict):
            parts[name] = _object({score: _line(words) for score, words in value.items()}, 3)
    return _object(parts, 2)


def _object(parts: dict[str, str], depth: int) -> str:
    indent = "  " * depth
    lines = ",\n".join(f"{indent}{_line(key)}: {value}" for key, value in parts.items())
    return f"{{\n{lines}\n{indent[2:]}}}"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _read(file: Path) -> dict[str, Any]:
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Any])


def main(arguments: list[str]) -> int:
    match arguments:
        case ["missing"]:
            lines = list(missing())
            sys.stdout.writelines(f"{line}\n" for line in lines)
            return 1 if lines else 0
        case ["put", "forms", key]:
            put(FORMS, key, json.load(sys.stdin))
            return 0
        case ["put", "widget", key]:
            put(WIDGET, key, json.load(sys.stdin))
            return 0
        case ["put", part, key] if part.startswith("desk/") and (DESK / part.removeprefix("desk/")).is_dir():
            put(DESK / part.removeprefix("desk/"), key, json.load(sys.stdin))
            return 0
        case ["put", key]:
            put(PROMPTS, key, json.load(sys.stdin))
            return 0
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
