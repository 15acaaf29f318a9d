"""Channels, one module each: a kind is known because its file is here. Nothing is imported until a kind is asked for.

A module named `some_kind.py` exposes its class as `connector`, whose `kind` is "some-kind"; names with a leading
underscore are shared by the others. Importing a module stays cheap: a provider's SDK is imported by the constructor.
"""

import importlib
import pkgutil
from collections.abc import Mapping

from core.channel import Connector
from core.errors import BadInput


def kinds() -> Mapping[str, str]:
    """Each kind and the module it lives in; found by looking, without importing any of them."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))
    return {name.replace("_", "-"): f"{__name__}.{name}" for name in names}


def load(kind: str) -> type[Connector]:
    """The class of a kind: enough for forms and capabilities, still without the provider's SDK."""
    known = kinds()
    if kind not in known:
        raise BadInput(("kind", f"must be one of {', '.join(known)}"))
    found: type[Connector] = importlib.import_module(known[kind]).connector
    return found
