"""The stores, each held to one contract."""
