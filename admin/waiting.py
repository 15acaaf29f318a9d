"""What is wrong with settings of reception, queue and hours at the level where they are put."""

from msgspec import UnsetType

from api.directory import Directory
from api.documents import Scope
from api.levels import working, working_above
from core import hours as opening
from core.condition_check import Known
from core.hours import Opening
from core.mode import Reception
from core.routes import Assignment
from core.submitted import Submissions
from core.waiting import Absence, Queue, Silence

Problems = list[tuple[str, str]]


def reception(directory: Directory, scope: Scope, document: Reception) -> Problems:
    own = document.mode if not isinstance(document.mode, UnsetType) else None
    mode = own or working_above(directory, scope).mode
    if mode == "real_time" and not isinstance(document.always_on, UnsetType):
        return [("always_on", "This exists in always-on mode only; here the mode is real_time.")]
    return []


def hours(directory: Directory, scope: Scope, document: Opening) -> Problems:
    return opening.problems(document, Known().zones)


def submissions(directory: Directory, scope: Scope, document: Submissions) -> Problems:
    if not working(directory, scope).always_on:
        return []
    given = [name for name in document.__struct_fields__ if not isinstance(getattr(document, name), UnsetType)]
    return [(name, "There are no submissions in always-on mode, which is the mode here.") for name in given]


def assignment(directory: Directory, scope: Scope, document: Assignment) -> Problems:
    """Of its sub-objects that are about waiting and about agents who do not answer."""
    return [*_queue(document.queue, directory, scope), *_silence(document), *_absence(document, scope)]


def _queue(queue: Queue | UnsetType, directory: Directory, scope: Scope) -> Problems:
    if isinstance(queue, UnsetType):
        return []
    if working(directory, scope).always_on:
        return [("queue", "There is no queue in always-on mode, which is the mode here.")]
    if isinstance(queue.answer_seconds, int) and queue.reminder_seconds is None:
        return [("queue.answer_seconds", "Without a reminder nobody is asked whether they keep waiting.")]
    return []


def _silence(document: Assignment) -> Problems:
    silence = document.agent_silent if not isinstance(document.agent_silent, UnsetType) else Silence()
    first, then = silence.reminder_seconds, silence.transfer_seconds
    if isinstance(first, int) and isinstance(then, int) and first >= then:
        return [("agent_silent.reminder_seconds", "The reminder has to come before the transfer.")]
    return []


def _absence(document: Assignment, scope: Scope) -> Problems:
    absence = document.agent_offline if not isinstance(document.agent_offline, UnsetType) else Absence()
    if scope.level != "all" and not isinstance(absence.grace_seconds, UnsetType):
        message = "An agent is online or not, whatever the channel or group: this is set for all only."
        return [("agent_offline.grace_seconds", message)]
    return []
