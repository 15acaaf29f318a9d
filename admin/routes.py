"""The table of the admin API."""

from admin import agents, channels, groups, preview, settings, trying, words
from api.paging import Window
from api.routes import Handler, Plain, Route
from core.policy import AREAS

ADMIN = "/api/v1/admin"
_SHAPES = tuple(AREAS.values())

_CHANNELS = (
    Route(
        method="GET",
        path=f"{ADMIN}/kinds",
        handler=channels.list_kinds,
        role="admin",
        summary="Kinds of channels: what each can carry and which settings it takes",
        answers={200: channels.Kinds},
        tag="channels",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/channels",
        handler=channels.list_channels,
        role="admin",
        summary="All channels",
        query=Window,
        answers={200: channels.Channels},
        tag="channels",
    ),
    Route(
        method="POST",
        path=f"{ADMIN}/channels",
        handler=channels.create_channel,
        role="admin",
        summary="Connect an account; its credentials are checked afterwards",
        body=channels.ChannelIn,
        answers={201: channels.ChannelView},
        tag="channels",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/channels/{{id}}",
        handler=channels.get_channel,
        role="admin",
        summary="One channel with its health",
        answers={200: channels.ChannelView},
        refuses=(404,),
        tag="channels",
    ),
    Route(
        method="PATCH",
        path=f"{ADMIN}/channels/{{id}}",
        handler=channels.change_channel,
        role="admin",
        summary="Change a channel; settings are merged",
        body=channels.ChannelPatch,
        answers={200: channels.ChannelView},
        refuses=(404, 412),
        tag="channels",
    ),
    Route(
        method="DELETE",
        path=f"{ADMIN}/channels/{{id}}",
        handler=channels.remove_channel,
        role="admin",
        summary="Remove a channel without open chats; what was said stays",
        answers={204: None},
        refuses=(404, 409),
        tag="channels",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/channels/{{id}}/templates",
        handler=channels.list_templates,
        role="admin",
        summary="The templates the provider approved",
        answers={200: channels.Templates},
        refuses=(404, 409, 502),
        tag="channels",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/channels/{{id}}/raws",
        handler=channels.list_raws,
        role="admin",
        summary="Webhooks that were signed and not understood, newest first",
        query=channels.RawsQuery,
        answers={200: channels.Raws},
        refuses=(404,),
        tag="channels",
    ),
)

_AGENTS = (
    Route(
        method="GET",
        path=f"{ADMIN}/agents",
        handler=agents.list_agents,
        role="admin",
        summary="All agents",
        query=Window,
        answers={200: agents.Agents},
        tag="agents",
    ),
    Route(
        method="POST",
        path=f"{ADMIN}/agents",
        handler=agents.create_agent,
        role="admin",
        summary="Add an agent; only an owner adds owners",
        body=agents.AgentIn,
        answers={201: agents.AgentView},
        tag="agents",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/agents/{{id}}",
        handler=agents.get_agent,
        role="admin",
        summary="One agent",
        answers={200: agents.AgentView},
        refuses=(404,),
        tag="agents",
    ),
    Route(
        method="PATCH",
        path=f"{ADMIN}/agents/{{id}}",
        handler=agents.change_agent,
        role="admin",
        summary="Change an agent",
        body=agents.AgentPatch,
        answers={200: agents.AgentView},
        refuses=(404, 409, 412),
        tag="agents",
    ),
    Route(
        method="DELETE",
        path=f"{ADMIN}/agents/{{id}}",
        handler=agents.remove_agent,
        role="admin",
        summary="Remove an agent without open chats; their name stays in old ones",
        answers={204: None},
        refuses=(404, 409),
        tag="agents",
    ),
)

_GROUPS = (
    Route(
        method="GET",
        path=f"{ADMIN}/groups",
        handler=groups.list_groups,
        role="admin",
        summary="All groups",
        query=Window,
        answers={200: groups.Groups},
        tag="groups",
    ),
    Route(
        method="POST",
        path=f"{ADMIN}/groups",
        handler=groups.create_group,
        role="admin",
        summary="Add a group",
        body=groups.GroupIn,
        answers={201: groups.GroupView},
        tag="groups",
    ),
    Route(
        method="GET",
        path=f"{ADMIN}/groups/{{id}}",
        handler=groups.get_group,
        role="admin",
        summary="One group",
        answers={200: groups.GroupView},
        refuses=(404,),
        tag="groups",
    ),
    Route(
        method="PATCH",
        path=f"{ADMIN}/groups/{{id}}",
        handler=groups.change_group,
        role="admin",
        summary="Change a group; `agents` replaces its members",
        body=groups.GroupPatch,
        answers={200: groups.GroupView},
        refuses=(404, 412),
        tag="groups",
    ),
    Route(
        method="DELETE",
        path=f"{ADMIN}/groups/{{id}}",
        handler=groups.remove_group,
        role="admin",
        summary="Remove a group without open chats",
        answers={204: None},
        refuses=(404, 409),
        tag="groups",
    ),
)


def _settings(path: str, whose: str) -> tuple[Route, ...]:
    """The four routes of one level."""
    return (
        Route(
            method="GET",
            path=path,
            handler=settings.get_settings,
            role="admin",
            summary=f"What is set {whose} in an area; empty if nothing is",
            answers={200: Plain},
            documents=_SHAPES,
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
            documents=_SHAPES,
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
            documents=_SHAPES,
            refuses=(404, 412),
            tag="settings",
        ),
    )


def _try(area: str, handler: Handler) -> Route:
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


def _word_lists(path: str, whose: str) -> tuple[Route, ...]:
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
            documents=_SHAPES,
            refuses=(404, 412) if "{" in path else (412,),
            tag="settings",
            large=True,
        ),
    )


_TRYING = (
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

ROUTES = (
    *_CHANNELS,
    *_AGENTS,
    *_GROUPS,
    _try("routing", trying.try_routing),
    _try("assignment", trying.try_assignment),
    *_TRYING,
    *_word_lists(f"{ADMIN}/settings", "for all"),
    *_word_lists(f"{ADMIN}/groups/{{group}}/settings", "for a group"),
    *_word_lists(f"{ADMIN}/channels/{{channel}}/settings", "for a channel"),
    *_settings(f"{ADMIN}/settings/{{area}}", "for all"),
    *_settings(f"{ADMIN}/groups/{{group}}/settings/{{area}}", "for a group"),
    *_settings(f"{ADMIN}/channels/{{channel}}/settings/{{area}}", "for a channel"),
)
