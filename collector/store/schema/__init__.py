"""The tables. Times are microseconds since the epoch (BIGINT), durations of samples seconds.

Raw samples are clustered by time, so that inserts append and expiry deletes from the front; all
other history is clustered by target, as it is read.
"""

from collector.store.schema.base import (
    COLLECTOR,
    HEAD,
    META_KEYS,
    RAW_FROM,
    RAW_ROWS,
    REVISION,
    ROLLED_DAYS,
    ROLLED_HOURS,
    meta,
    metadata,
)
from collector.store.schema.cases import cases, covered, source_states
from collector.store.schema.frozen import frozen_figures, frozen_versions
from collector.store.schema.people import users
from collector.store.schema.polling import (
    attributes,
    checks,
    daily,
    devices,
    events,
    hourly,
    imports,
    intervals,
    runs,
    samples,
    targets,
)
from collector.store.schema.registers import (
    attestations,
    disruption_reports,
    purges,
    security_incidents,
    supplied_figures,
)
from collector.store.schema.work import (
    annotations,
    corrections,
    extensions,
    window_targets,
    windows,
)

__all__ = [
    "COLLECTOR",
    "HEAD",
    "META_KEYS",
    "RAW_FROM",
    "RAW_ROWS",
    "REVISION",
    "ROLLED_DAYS",
    "ROLLED_HOURS",
    "annotations",
    "attestations",
    "attributes",
    "cases",
    "checks",
    "corrections",
    "covered",
    "daily",
    "devices",
    "disruption_reports",
    "events",
    "extensions",
    "frozen_figures",
    "frozen_versions",
    "hourly",
    "imports",
    "intervals",
    "meta",
    "metadata",
    "purges",
    "runs",
    "samples",
    "security_incidents",
    "source_states",
    "supplied_figures",
    "targets",
    "users",
    "window_targets",
    "windows",
]
