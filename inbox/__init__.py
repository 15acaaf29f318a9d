"""The agents' shared inbox: HTTP routes, the socket, and what is shown on it. Knows no channel and no other rim."""

from inbox.live import install
from inbox.routes import ROUTES

__all__ = ["ROUTES", "install"]
