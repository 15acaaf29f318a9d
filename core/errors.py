"""Every error the product raises on purpose.

Error
├── Refused              a command may not be done now; carries a code and words for a person
├── BadInput             a body or a setting is wrong; names each field
├── HookError            a webhook is turned away
│   ├── Forged           signature missing or wrong                       → 403
│   ├── Unreadable       no signature could even be looked at             → 400
│   └── NotUnderstood    signed, but its body cannot be read              → 2xx, kept raw and counted
├── DeliveryError        a call to a provider did not succeed
│   ├── Unreachable      nothing was sent, or the provider said "later"   → retry with backoff
│   │   └── Throttled    the same, and the provider said when
│   ├── Rejected         the provider will never take this                → failed, shown to the agent
│   └── Uncertain        the request was written and no whole answer came → reconcile, then perhaps once more
└── StoreError
    ├── Stale            somebody else wrote the conversation first       → load and decide again
    │   └── Fenced       another node keeps the desk by now               → stop assigning
    ├── Duplicate        this cause is already kept                       → answer as the first time
    ├── Full             the agent has no free place                      → back to the desk
    └── StoreDown        the store cannot be reached                      → spool, or 503
        └── StoreUnfit   it is there, and cannot be used as it is         → a sentence for who set it up
"""


class Error(Exception):
    """The root: `except Error` catches what the product raises itself and nothing else."""


class Refused(Error):
    """`code` is stable and for programs; `reason` is for people; `field` names the offending input, if one is."""

    def __init__(
        self, code: str, reason: str, *, field: str | None = None, word: str | None = None, who: str | None = None
    ) -> None:
        super().__init__(reason)
        self.code, self.reason, self.field, self.word, self.who = code, reason, field, word, who


class BadInput(Error):
    """`errors` are (field path, what is wrong with it) pairs; never empty."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors))
        self.errors = errors


class HookError(Error):
    """A webhook that is turned away; the text says why, without anything secret in it."""


class Forged(HookError):
    pass


class Unreadable(HookError):
    pass


class NotUnderstood(HookError):
    pass


class DeliveryError(Error):
    """`code` is the provider's own, or ours; `reason` is what an agent may read."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason = code, reason


class Unreachable(DeliveryError):
    pass


class Throttled(Unreachable):
    """`after` is how many seconds the provider asks to wait."""

    def __init__(self, code: str, reason: str, after: float) -> None:
        super().__init__(code, reason)
        self.after = after


class Rejected(DeliveryError):
    pass


class Uncertain(DeliveryError):
    pass


class StoreError(Error):
    pass


class Stale(StoreError):
    pass


class Fenced(Stale):
    pass


class Duplicate(StoreError):
    """`session` and `seq` name the message the first one became; None if it became none."""

    def __init__(self, session: str | None, seq: int | None) -> None:
        super().__init__("already kept")
        self.session, self.seq = session, seq


class Full(StoreError):
    def __init__(self, agent: str) -> None:
        super().__init__(f"agent {agent} has no free place")
        self.agent = agent


class StoreDown(StoreError):
    pass


class StoreUnfit(StoreDown):
    """To wait would be in vain: a wrong address, no replica set, a newer schema."""
