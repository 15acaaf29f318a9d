"""Agents and groups."""

from admin import agents, groups
from admin.routes.paths import ADMIN
from api.paging import Window
from api.routes import Route

AGENTS = (
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


GROUPS = (
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
