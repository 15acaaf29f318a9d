"""What a running Frontdesk is made of."""

from dataclasses import dataclass

from api.hub import Hub
from api.rim import Rim
from gateway.absence import Absences
from gateway.channels import Channels
from gateway.files import Files
from gateway.ground import Ground
from gateway.hooks import Hooks
from gateway.letting_go import LettingGo
from gateway.metrics import Metrics
from gateway.nodes import Neighbours
from gateway.outbox import Outbox
from gateway.presence import Presence
from gateway.webhooks import Intake


@dataclass(frozen=True, slots=True)
class Parts:
    ground: Ground
    rim: Rim
    hub: Hub
    channels: Channels
    outbox: Outbox
    intake: Intake
    files: Files
    metrics: Metrics
    presence: Presence
    absences: Absences
    neighbours: Neighbours | None
    hooks: Hooks
    letting_go: LettingGo
