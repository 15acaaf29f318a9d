"""The survey: asked, answered, over."""

import msgspec

from core.session import SurveyKind, SurveyStep


class Invited(msgspec.Struct, frozen=True, gc=False, tag="invited"):
    kind: SurveyKind
    at: int
    expires: int


class InvitationEnded(msgspec.Struct, frozen=True, gc=False, tag="invitation_ended"):
    """Expired, or overtaken by an agent's first reply in the next session."""

    at: int


class Rated(msgspec.Struct, frozen=True, gc=False, tag="rated", omit_defaults=True):
    """`step` is what is asked next, until `comment_until`; without a step it is the comment."""

    kind: SurveyKind
    score: int
    at: int
    comment_until: int | None = None
    step: SurveyStep | None = None
    tags: tuple[str, ...] = ()
    solved: bool | None = None


class RatingDetailed(msgspec.Struct, frozen=True, gc=False, tag="rating_detailed", omit_defaults=True, kw_only=True):
    """What the score was given for, and whether it was solved, as far as that is known by now."""

    at: int
    tags: tuple[str, ...] = ()
    solved: bool | None = None
    step: SurveyStep | None = None
    until: int | None = None


class ScoreAlerted(msgspec.Struct, frozen=True, gc=False, tag="score_alerted"):
    """A rating so low that supervisors are to see it at once."""

    kind: SurveyKind
    score: int
    at: int


class Commented(msgspec.Struct, frozen=True, gc=False, tag="commented"):
    """The message `seq` of the rated session is the comment."""

    seq: int
    at: int
