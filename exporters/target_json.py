"""What machines read of targets."""

from datetime import tzinfo

from typing_extensions import TypedDict  # pydantic takes typing's own from Python 3.12 on only

from collector.services.target_list import ListedTarget
from exporters.json_text import time


class TargetData(TypedDict):
    """A target of the configuration, with the state that the store has of it."""

    name: str
    kind: str
    site: str
    address: str
    probes: list[str]
    members: list[str]
    needs: int | None
    parent: str | None
    tags: list[str]
    state: str
    answered: bool
    first_seen: str | None


def target(listed: ListedTarget, zone: tzinfo) -> TargetData:
    """The form of `targets list --format json`."""
    said = listed.target
    return {
        "name": said.name,
        "kind": said.kind.value,
        "site": said.site,
        "address": said.address,
        "probes": [spec.name for spec in said.probes],
        "members": list(said.members),
        "needs": said.needs if said.members else None,
        "parent": said.parent,
        "tags": list(said.tags),
        "state": listed.state.value,
        "answered": listed.answered,
        "first_seen": None if listed.first_seen is None else time(listed.first_seen, zone),
    }
