"""What a device must be asked with: an SNMP profile of the configuration."""

from dataclasses import dataclass, field
from typing import Literal, get_args

Version = Literal["1", "2c", "3"]
Auth = Literal["none", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
Priv = Literal["none", "des", "aes128", "aes192", "aes256", "aes192c", "aes256c"]

VERSIONS = get_args(Version)
AUTHS = get_args(Auth)
PRIVS = get_args(Priv)


@dataclass(frozen=True, slots=True)
class Credential:
    """A community (v1, v2c) or a user with passwords (v3); what it prints holds no secret.

    aes192 and aes256 expand a short key as draft-blumenthal-aes-usm-04 says, aes192c and aes256c as
    Cisco's devices do (draft-reeder-snmpv3-usm-3desede-00). ValueError for privacy without
    authentication and for a password under 8 characters (RFC 3414 11.2).
    """

    version: Version = "2c"
    community: str = field(default="", repr=False)
    user: str = ""
    auth: Auth = "none"
    auth_key: str = field(default="", repr=False)
    priv: Priv = "none"
    priv_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.version != "3":
            return
        if self.priv != "none" and self.auth == "none":
            raise ValueError("priv needs auth: SNMPv3 has no privacy without authentication")
        for what, method, key in (
            ("auth_key", self.auth, self.auth_key),
            ("priv_key", self.priv, self.priv_key),
        ):
            if method != "none" and len(key) < 8:
                raise ValueError(f"{what} is shorter than the 8 characters that SNMPv3 asks for")
