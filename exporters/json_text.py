"""What machines read: the same JSON from the command line and over HTTP.

Times are ISO 8601 with the configured zone's offset, durations seconds, ratios 0-1.
"""

import json
from datetime import tzinfo
from typing import Any

from collector.domain.instants import Instant, moment


def time(at: Instant, zone: tzinfo) -> str:
    """An instant as ISO 8601 in a zone."""
    return moment(at).astimezone(zone).isoformat()


def dumps(value: Any) -> str:
    """Indented JSON, with its letters as they are and no number that JSON does not have."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=str)
