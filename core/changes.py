"""The history of documents as a whole: who changed which, newest first, page by page."""

import msgspec


class ChangeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Changes in these `collections` from `since` to before `until` (ms), newest first. `id`: of this document,
    `ending`: of documents whose ids end so. `after` is the last one of the page before."""

    collections: tuple[str, ...]
    id: str | None = None
    ending: str | None = None
    who: str | None = None
    since: int | None = None
    until: int | None = None
    after: "Place | None" = None
    limit: int = 50


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where in the order of changes: by time, and at one instant by collection, id and version, the last first."""

    at: int
    collection: str
    id: str
    version: int


class Changed(msgspec.Struct, frozen=True):
    """A version of a document that somebody wrote; `removed`: it is the end of it."""

    place: Place
    who: str
    removed: bool = False


class ChangePage(msgspec.Struct, frozen=True):
    items: tuple[Changed, ...]
    next: Place | None


def page_of(found: list[Changed], limit: int) -> ChangePage:
    """A page of what was found, in any order: one more than fits tells that there is a next."""
    found.sort(key=lambda one: _order(one.place), reverse=True)
    shown = tuple(found[:limit])
    return ChangePage(shown, shown[-1].place if len(found) > len(shown) > 0 else None)


def wanted(one: Changed, query: ChangeQuery) -> bool:
    """What the filters mean."""
    place = one.place
    return (
        place.collection in query.collections
        and query.id in (None, place.id)
        and place.id.endswith(query.ending or "")
        and query.who in (None, one.who)
        and (query.since is None or place.at >= query.since)
        and (query.until is None or place.at < query.until)
        and (query.after is None or _order(place) < _order(query.after))
    )


def _order(place: Place) -> tuple[int, str, str, int]:
    return place.at, place.collection, place.id, place.version
