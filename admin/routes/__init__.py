"""The table of the admin API, subject by subject."""

from admin import trying
from admin.routes.bots import BOTS, SEGMENTS
from admin.routes.channels import CHANNELS
from admin.routes.paths import ADMIN
from admin.routes.people import AGENTS, GROUPS
from admin.routes.settings import FORMS, TRYING, settings_at, trial, word_lists
from admin.routes.webhooks import WEBHOOKS

ROUTES = (
    *FORMS,
    *CHANNELS,
    *AGENTS,
    *GROUPS,
    *BOTS,
    *SEGMENTS,
    *WEBHOOKS,
    trial("routing", trying.try_routing),
    trial("assignment", trying.try_assignment),
    *TRYING,
    *word_lists(f"{ADMIN}/settings", "for all"),
    *word_lists(f"{ADMIN}/groups/{{group}}/settings", "for a group"),
    *word_lists(f"{ADMIN}/channels/{{channel}}/settings", "for a channel"),
    *settings_at(f"{ADMIN}/settings/{{area}}", "for all"),
    *settings_at(f"{ADMIN}/groups/{{group}}/settings/{{area}}", "for a group"),
    *settings_at(f"{ADMIN}/channels/{{channel}}/settings/{{area}}", "for a channel"),
)
