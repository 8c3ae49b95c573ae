"""SNMPv3 users for gufo-snmp, their passwords hashed once (RFC 3414 A.2: 1 MB of hashing each)."""

from functools import lru_cache

from gufo.snmp import user as gufo

from collector.probes._snmp.credentials import Credential

_AUTH: dict[str, type[gufo.BaseAuthKey]] = {
    "md5": gufo.Md5Key,
    "sha1": gufo.Sha1Key,
    "sha224": gufo.Sha224Key,
    "sha256": gufo.Sha256Key,
    "sha384": gufo.Sha384Key,
    "sha512": gufo.Sha512Key,
}
_PRIV: dict[str, type[gufo.BasePrivKey]] = {
    "des": gufo.DesKey,
    "aes128": gufo.Aes128Key,
    "aes192": gufo.Aes192Key,
    "aes256": gufo.Aes256Key,
    "aes192c": gufo.Aes192Key,
    "aes256c": gufo.Aes256Key,
}


@lru_cache(maxsize=1024)
def user_of(credential: Credential) -> gufo.User:
    """The user with master keys; a device's own keys are made of them in microseconds."""
    if credential.auth == "none":
        return gufo.User(credential.user)
    auth = _AUTH[credential.auth]
    master = gufo.KeyType.Master
    auth_key = auth(auth.get_master_key(credential.auth_key.encode()), master)
    if credential.priv == "none":
        return gufo.User(credential.user, auth_key=auth_key)
    cisco = credential.priv.endswith("c")
    return gufo.User(
        credential.user,
        auth_key=auth_key,
        # The privacy password is hashed by the method of authentication, RFC 3826 1.2.
        priv_key=_PRIV[credential.priv](auth.get_master_key(credential.priv_key.encode()), master),
        key_expansion=gufo.KeyExpansion.Cisco if cisco else gufo.KeyExpansion.Blumenthal,
    )
