"""A text of the configuration that is never shown."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, SecretStr, ValidationInfo


def _from_file(value: object, info: ValidationInfo) -> object:
    """The content of the file that `file:PATH` names, less its last line break."""
    if not isinstance(value, str) or not value.startswith("file:"):
        return value
    path = Path((info.context or {}).get("folder", ".")) / value.removeprefix("file:")
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise ValueError(f"{value!r} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{value!r} is not UTF-8 text") from None


Secret = Annotated[SecretStr, BeforeValidator(_from_file)]
"""A text that is never shown; `file:PATH` reads it, relative to the context's `folder`."""
