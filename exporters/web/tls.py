"""TLS as the web configuration file asks for it, taken up again when the files change."""

import ssl
from collections.abc import Callable
from typing import Any

from exporters.web.web_config import TlsServer, WebConfigError

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENT_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
# The file has the IANA registry's names, OpenSSL its own; those of TLS 1.3 are always on.
_CIPHERS = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
}
_TLS13_CIPHERS = {
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
}


class ReloadingContext(ssl.SSLContext):
    """Asks for the context in force at each new connection.

    asyncio keeps the context it was given for as long as it listens, and replacing the certificate
    in a handshake would leave the versions and the client's authorities as they were.
    """

    current: Callable[[], ssl.SSLContext]

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """A new connection's TLS, by the context in force."""
        return self.current().wrap_bio(*args, **kwargs)


def reloading(current: Callable[[], ssl.SSLContext]) -> ReloadingContext:
    """A context for asyncio that stands for whatever `current` gives."""
    context = ReloadingContext(ssl.PROTOCOL_TLS_SERVER)
    context.current = current
    return context


def server_context(tls: TlsServer) -> ssl.SSLContext:
    """The context; WebConfigError in one line for files and choices that do not hold."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if tls.min_version > tls.max_version:
        raise WebConfigError("tls_server_config: min_version is above max_version")
    context.minimum_version = _VERSIONS[tls.min_version]
    context.maximum_version = _VERSIONS[tls.max_version]
    if tls.prefer_server_cipher_suites:
        context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    if tls.cipher_suites:
        _choose_ciphers(context, tls)
    _load_own(context, tls)
    context.verify_mode = _CLIENT_AUTH[tls.client_auth_type]
    if tls.client_ca_file is not None:
        if context.verify_mode == ssl.CERT_NONE:
            raise WebConfigError(
                "tls_server_config: client_ca_file without client_auth_type: nobody would be asked "
                "for a certificate; add client_auth_type: RequireAndVerifyClientCert"
            )
        try:
            context.load_verify_locations(tls.client_ca_file)
        except OSError as error:
            raise WebConfigError(
                f"tls_server_config.client_ca_file: {_why(tls.client_ca_file, error)}"
            ) from None
    elif context.verify_mode != ssl.CERT_NONE:
        context.load_default_certs(ssl.Purpose.CLIENT_AUTH)
    return context


def _load_own(context: ssl.SSLContext, tls: TlsServer) -> None:
    for place, path in (("cert_file", tls.cert_file), ("key_file", tls.key_file)):
        try:
            path.open("rb").close()
        except OSError as error:
            raise WebConfigError(f"tls_server_config.{place}: {_why(path, error)}") from None
    try:
        # A key that asks for a passphrase must not stop an unattended start at a terminal.
        context.load_cert_chain(tls.cert_file, tls.key_file, password=_no_passphrase)
    except (OSError, ValueError) as error:
        another = getattr(error, "reason", None) == "KEY_VALUES_MISMATCH"
        raise WebConfigError(
            f"tls_server_config: {tls.cert_file} and {tls.key_file} are no certificate with its "
            "key: "
            + (
                "the key is another certificate's"
                if another
                else "they must be PEM, the key unencrypted"
            )
        ) from None


def _no_passphrase() -> str:
    raise ValueError("the key has a passphrase")


def _choose_ciphers(context: ssl.SSLContext, tls: TlsServer) -> None:
    for name in tls.cipher_suites:
        if name not in _CIPHERS and name not in _TLS13_CIPHERS:
            raise WebConfigError(
                f"tls_server_config.cipher_suites: {name} is not offered; "
                f"those that are: {', '.join(_CIPHERS)}"
            )
    old = [_CIPHERS[name] for name in tls.cipher_suites if name in _CIPHERS]
    if old:
        context.set_ciphers(":".join(old))


def _why(path: object, error: OSError) -> str:
    why = "holds no certificate (PEM)" if isinstance(error, ssl.SSLError) else error.strerror
    return f"{path}: {why}"
