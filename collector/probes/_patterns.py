"""Regular expressions of the configuration."""

import re
from typing import Annotated

from pydantic import PlainValidator


def _as_pattern(text: object) -> re.Pattern[str]:
    if not isinstance(text, str):
        raise ValueError("must be text; put it in quotes")  # noqa: TRY004 - pydantic wants this one
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None


Pattern = Annotated[re.Pattern[str], PlainValidator(_as_pattern)]
"""A regular expression that is searched for, not matched from the start."""
