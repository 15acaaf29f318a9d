"""How a session is received: the page's wish before the scheme of the customer's segment before the settings."""

from core.service import QUEUE_FIRST, SERVICE_PARAM, SERVICES, Bot, Service, Serving
from core.turn import Turn


def serving_of(turn: Turn) -> Serving:
    """The settings, the scheme of the customer's segment, and what the web page asks for."""
    serving = turn.rules.serving
    session = turn.state.session or turn.state.last
    if session is not None and session.scheme is not None:
        serving = serving.dressed(serving.scheme(session.scheme))
    wanted = _page(turn)
    serving = serving.served(wanted) if wanted is not None else serving
    if turn.state.customer.params.get(QUEUE_FIRST) == "yes" and serving.service != "bot_only":
        return serving.to_the_queue()
    return serving


def bot_of(turn: Turn, serving: Serving) -> Bot | None:
    return turn.rules.audience.bots.get(serving.bot) if serving.bot is not None else None


def _page(turn: Turn) -> Service | None:
    wanted = turn.state.customer.params.get(SERVICE_PARAM)
    return next((service for service in SERVICES if service == wanted), None)
