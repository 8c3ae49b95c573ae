"""Znuny's and OTRS's histories: an event's `Name` holds what it is about, between percent signs.

What became of a ticket is told by names there, while its own keys have numbers of the system:
`%%open%%closed successful%%` of a StateUpdate, `%%Queue%%5%%Raw%%2` of a Move (the new one first),
`%%2026…%%Queue%%3 normal%%new%%7` of a NewTicket.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

_MARK = "%%"
_PLACES = {
    "StateUpdate": {"state_before": 0, "state": 1},
    "Move": {"queue": 0, "queue_before": 2},
    "NewTicket": {"queue": 1, "state": 3},
}


class Options(BaseModel):
    """There are none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def apply(record: Any, _options: Options) -> Any:
    """The event with `state`, `state_before`, `queue` and `queue_before`, where it tells of such;
    its text goes, since that of other events holds names and addresses."""
    if not isinstance(record, dict):
        return record
    name, places = record.get("Name"), _PLACES.get(str(record.get("HistoryType")), {})
    parts = name.removeprefix(_MARK).split(_MARK) if isinstance(name, str) else []
    told = {key: parts[place] for key, place in places.items() if place < len(parts)}
    return {**{key: value for key, value in record.items() if key != "Name"}, **told}
