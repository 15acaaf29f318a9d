"""What customers left, in memory."""

from collections.abc import Sequence

from core.ports.reading import StoredMessage, SubmissionPage, SubmissionQuery, SubmissionRow
from core.submitted import Submission
from stores import _memory_lists as lists
from stores import _rows
from stores._memory import Memory


def submission(memory: Memory, id: str) -> SubmissionRow | None:
    found = memory.submissions.get(id)
    return None if found is None else _row(memory, *found)


def _row(memory: Memory, submission: Submission, conversation: str) -> SubmissionRow:
    state, _ = memory.conversations[conversation]
    return SubmissionRow(
        submission=submission,
        conversation=conversation,
        channel=state.channel,
        address=state.address,
        customer=state.customer,
    )


def submissions(memory: Memory, query: SubmissionQuery) -> SubmissionPage:
    before = int(query.after) if query.after else None
    rows = [_row(memory, *found) for found in memory.submissions.values()]
    fits = [
        row
        for row in sorted(rows, key=lambda row: -row.submission.number)
        if (before is None or row.submission.number < before)
        and _rows.wanted(row, query)
        and lists.found(memory, memory.sessions[row.submission.id], query.q)
    ]
    shown = tuple(fits[: query.limit])
    more = len(fits) > len(shown) > 0
    return SubmissionPage(shown, str(shown[-1].submission.number) if more else None)


def thread(memory: Memory, submission: str, limit: int = 200) -> Sequence[StoredMessage]:
    return [memory.messages[session][seq] for session, seq in memory.threads[submission][-limit:]]
