"""Consents: the newest on each topic."""

from datetime import UTC, datetime
from typing import Any

import strawberry
from strawberry.types import Info

from bench.contestants.floor.loaders import load


@strawberry.type
class Consent:
    topic: str
    status: str
    stated_at: datetime


@strawberry.type
class Privacy:
    id: strawberry.Private[Any]

    @strawberry.field
    async def consents(self, info: Info) -> list[Consent]:
        latest: dict[str, Any] = {}
        for event in await load(info, "events", self.id):
            if event.state.startswith("CONSENT"):
                latest.setdefault(event.topic, event)
        return [
            Consent(topic=topic, status=_status(event), stated_at=event.occurred_at)
            for topic, event in sorted(latest.items())
        ]


def _status(event: Any) -> str:
    ended = event.expires_at is not None and event.expires_at <= datetime.now(UTC)
    return "CONSENT_EXPIRED" if event.state == "CONSENT_GIVEN" and ended else str(event.state)
