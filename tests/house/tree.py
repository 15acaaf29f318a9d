"""Where things are: the root of the sources and the packages in it."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("core", "routing", "api", "connectors", "stores", "inbox", "admin", "gateway", "locales")
PACKAGES = (*PRODUCT, "simulator")
