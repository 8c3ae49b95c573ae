"""A database named beside the configuration, as one would be named in it."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr, TypeAdapter, ValidationError

from collector.settings.errors import ConfigurationError
from collector.settings.model import DatabaseUrl
from collector.settings.secrets import expand
from collector.settings.yaml_lines import Document

_URL: TypeAdapter[SecretStr] = TypeAdapter(DatabaseUrl)


def database_url(written: str, path: Path, env: Mapping[str, str]) -> str:
    """What `database: WRITTEN` would mean in the configuration file at `path`.

    `${VARIABLE}` and `file:PATH` hold there too, and relative paths begin at the file's folder.
    ConfigurationError for what is no database, never showing a secret.
    """
    expansion = expand(Document(path, written, {}), env)
    if expansion.document.problems:
        raise ConfigurationError(problem.message for problem in expansion.document.problems)
    folder = path.parent.absolute()
    try:
        url = _URL.validate_python(expansion.document.value, context={"folder": folder})
    except ValidationError as error:
        reasons = [str(each["ctx"]["error"]) for each in error.errors()]
        raise ConfigurationError(map(expansion.conceal, reasons)) from None
    return url.get_secret_value()
