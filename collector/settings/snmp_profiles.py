"""SNMP profiles: which credentials go together, and their making."""

from collections.abc import Iterator

from pydantic import SecretStr

from collector.probes._snmp.credentials import Credential
from collector.settings.errors import KeyPath
from collector.settings.model import SnmpProfile

_V3 = ("user", "auth", "auth_key", "priv", "priv_key")
_SHORTEST = 8
"""RFC 3414, 11.2: a password has at least eight characters."""


def profile_problems(profile: SnmpProfile) -> Iterator[tuple[KeyPath, str]]:
    """What is wrong with a profile: the key where, and a sentence that never holds a secret."""
    if profile.version != "3":
        if not _text(profile.community):
            yield ("community",), "is missing; versions 1 and 2c need one"
        for key in _V3:
            if key in profile.model_fields_set:
                yield (key,), f"belongs to version 3, but this profile has {profile.version}"
        return
    if profile.community is not None:
        yield ("community",), "belongs to versions 1 and 2c; version 3 has user, auth and priv"
    if not profile.user:
        yield ("user",), "is missing; version 3 needs one"
    if profile.priv != "none" and profile.auth == "none":
        yield ("priv",), "needs auth; SNMPv3 has no privacy without authentication"
    yield from _key_problems("auth", profile.auth, profile.auth_key)
    yield from _key_problems("priv", profile.priv, profile.priv_key)


def _key_problems(
    what: str, algorithm: str, key: SecretStr | None
) -> Iterator[tuple[KeyPath, str]]:
    if algorithm == "none":
        if key is not None:
            yield (what,), f"is missing; {what}_key needs its algorithm"
    elif key is None:
        yield (f"{what}_key",), f"is missing; {what} {algorithm} needs one"
    elif len(_text(key)) < _SHORTEST:
        yield (f"{what}_key",), f"is too short; SNMPv3 asks for at least {_SHORTEST} characters"


def credential(profile: SnmpProfile) -> Credential:
    """The credential of a profile that has no problems."""
    return Credential(
        version=profile.version,
        community=_text(profile.community),
        user=profile.user,
        auth=profile.auth,
        auth_key=_text(profile.auth_key),
        priv=profile.priv,
        priv_key=_text(profile.priv_key),
    )


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
