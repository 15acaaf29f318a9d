"""A timer is due: whose it is."""

from core import admission, ending, passing, queue, reception, silence, sla, submission
from core import command as c
from core.turn import Turn


def wake(turn: Turn, command: c.Wake) -> None:
    """Timers that were overtaken by the end of their session are nobody's."""
    session = turn.state.session
    if session is None or command.name not in session.timers:
        return
    if command.name == submission.TIMER:
        submission.wake(turn)
    elif command.name == queue.OPENING:
        reception.reopen(turn)
    elif command.name == passing.OFFER:
        passing.expire(turn)
    elif command.name in queue.TIMERS:
        queue.wake(turn, command.name)
    elif command.name in silence.TIMERS:
        silence.wake(turn, command.name)
    elif command.name in sla.TIMERS:
        sla.wake(turn, command.name)
    elif command.name in admission.TIMERS:
        admission.wake(turn, command)
    else:
        ending.wake(turn, command)
