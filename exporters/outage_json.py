"""What machines read of outages, their causes and corrections."""

from datetime import tzinfo

from typing_extensions import TypedDict  # pydantic takes typing's own from Python 3.12 on only

from collector.domain.corrections import Annotation
from collector.domain.instants import SECOND
from collector.services.correct import TrailEntry
from collector.services.outage_list import Listed
from exporters.json_text import time


class AnnotationData(TypedDict):
    """What was said of an outage."""

    cause: str
    name: str
    text: str
    supplier: str
    link: str
    author: str
    at: str


class CorrectionData(TypedDict):
    """An entry of the audit trail: what a target really was."""

    id: int
    target: str
    start: str
    end: str
    state: str
    author: str
    reason: str
    at: str
    undoes: int | None
    undone_by: int | None


class OutageData(TypedDict):
    """An outage, with those of everything behind its target."""

    target: str
    kind: str
    site: str
    start: str
    end: str | None
    open: bool
    seconds: float
    down_seconds: float
    unreachable_seconds: float
    origin: str
    reason: str
    consequence_of: str | None
    consequences: list["OutageData"]
    cause: str | None
    annotation: AnnotationData | None
    corrections: list[int]


def outage(listed: Listed, zone: tzinfo) -> OutageData:
    """The form of `outages list --format json`."""
    it = listed.outage
    return {
        "target": listed.name,
        "kind": listed.attributes.kind.value,
        "site": listed.attributes.site,
        "start": time(it.start, zone),
        "end": None if listed.open else time(it.end, zone),
        "open": listed.open,
        "seconds": it.length / SECOND,
        "down_seconds": it.down / SECOND,
        "unreachable_seconds": it.unreachable / SECOND,
        "origin": listed.origin.value,
        "reason": it.reason,
        "consequence_of": listed.cause,
        "consequences": [outage(each, zone) for each in listed.consequences],
        "cause": None if listed.annotation is None else listed.annotation.cause.value,
        "annotation": None if listed.annotation is None else annotation(listed.annotation, zone),
        "corrections": [each.id for each in listed.corrections],
    }


def annotation(said: Annotation, zone: tzinfo) -> AnnotationData:
    """What was said of an outage."""
    return {
        "cause": said.cause.value,
        "name": said.name,
        "text": said.text,
        "supplier": said.supplier,
        "link": said.link,
        "author": said.author,
        "at": time(said.at, zone),
    }


def correction(entry: TrailEntry, zone: tzinfo) -> CorrectionData:
    """The form of `outages corrections --format json`."""
    it = entry.correction
    return {
        "id": it.id,
        "target": entry.name,
        "start": time(it.start, zone),
        "end": time(it.end, zone),
        "state": it.state.value,
        "author": it.author,
        "reason": it.reason,
        "at": time(it.at, zone),
        "undoes": it.undoes,
        "undone_by": None if entry.undone_by is None else entry.undone_by.id,
    }
