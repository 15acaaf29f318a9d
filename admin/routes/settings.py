"""Areas of settings at every level, their forms, trying them out, and who changed what."""

from admin import audit, forms, opening, preview, settings, trying, words
from admin.routes.paths import ADMIN
from api.paging import Window
from api.routes import Handler, Plain, Route
from core.policy import AREAS

SHAPES = tuple(AREAS.values())


def settings_at(path: str, whose: str) -> tuple[Route, ...]:
    """The four routes of one level."""
    return (
        Route(
            method="GET",
            path=path,
            handler=settings.get_settings,
            role="admin",
            summary=f"What is set {whose} in an area; empty if nothing is",
            answers={200: Plain},
            documents=SHAPES,
            refuses=(404,),
            tag="settings",
        ),
        Route(
            method="PUT",
            path=path,
            handler=settings.put_settings,
            role="admin",
            summary=f"Replace what is set {whose} in an area",
            body=Plain,
            answers={200: Plain},
            documents=SHAPES,
            refuses=(404, 412),
            tag="settings",
            large=True,
        ),
        Route(
            method="GET",
            path=f"{path}/history",
            handler=settings.list_history,
            role="admin",
            summary="Who changed what, newest first",
            query=Window,
            answers={200: settings.History},
            refuses=(404,),
            tag="settings",
        ),
        Route(
            method="POST",
            path=f"{path}/undo",
            handler=settings.undo_settings,
            role="admin",
            summary="Go back to an earlier version, as a new one",
            body=settings.UndoIn,
            answers={200: Plain},
            documents=SHAPES,
            refuses=(404, 412),
            tag="settings",
        ),
    )


def trial(area: str, handler: Handler) -> Route:
    return Route(
        method="POST",
        path=f"{ADMIN}/settings/{area}/try",
        handler=handler,
        role="admin",
        summary=f"Try changed {area} settings on a made-up message or on the last days; nothing is saved",
        body=trying.TryBody,
        answers={200: trying.Tried},
        tag="settings",
        large=True,
    )


def word_lists(path: str, whose: str) -> tuple[Route, ...]:
    return (
        Route(
            method="GET",
            path=f"{path}/words/csv",
            handler=words.export_words,
            role="admin",
            summary=f"The sensitive-word lists {whose} as CSV",
            answers={200: words.CsvView},
            refuses=(404,) if "{" in path else (),
            tag="settings",
        ),
        Route(
            method="POST",
            path=f"{path}/words/csv",
            handler=words.import_words,
            role="admin",
            summary=f"Take sensitive-word lists {whose} from CSV",
            body=words.CsvIn,
            answers={200: Plain},
            documents=SHAPES,
            refuses=(404, 412) if "{" in path else (412,),
            tag="settings",
            large=True,
        ),
    )


FORMS = (
    Route(
        method="GET",
        path=f"{ADMIN}/settings",
        handler=forms.list_areas,
        query=forms.FormsQuery,
        role="admin",
        summary="All areas of settings, each with its schema and what holds where nothing is set",
        answers={200: forms.Areas},
        tag="settings",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/forms",
        handler=forms.list_forms,
        query=forms.FormsQuery,
        role="admin",
        summary="The schema of everything else an admin fills in",
        answers={200: forms.Forms},
        tag="settings",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/audit",
        handler=audit.list_changes,
        role="admin",
        summary="Who changed what, newest first, by person, thing and time",
        query=audit.AuditQuery,
        answers={200: audit.Audit},
        tag="audit",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/audit/{{what}}/{{document}}/{{version}}",
        handler=audit.get_change,
        role="admin",
        summary="What one change changed",
        answers={200: settings.RevisionView},
        refuses=(404,),
        tag="audit",
    ),
)


TRYING = (
    Route(
        method="POST",
        path=f"{ADMIN}/settings/hours/try",
        handler=opening.try_hours,
        role="admin",
        summary="Whether it would be open now under changed opening hours, and when that changes; nothing is saved",
        body=opening.HoursIn,
        answers={200: opening.HoursTried},
        tag="settings",
    ),
    Route(
        method="POST",
        path=f"{ADMIN}/settings/prompts/preview",
        handler=preview.preview_prompt,
        role="admin",
        summary="A prompt as a customer of a channel would see it, in any language",
        body=preview.PreviewIn,
        answers={200: preview.PreviewView},
        tag="settings",
    ),
    Route(
        method="POST",
        path=f"{ADMIN}/settings/words/try",
        handler=words.try_words,
        role="admin",
        summary="What the word filter would make of a text",
        body=words.TryIn,
        answers={200: words.TryView},
        tag="settings",
        large=True,
    ),
)
