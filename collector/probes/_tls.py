"""TLS as the configuration has it: whom to trust, who we are, and how long a certificate holds."""

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, model_validator

from collector.domain.instants import DAY, SECOND, Instant, instant
from collector.domain.samples import Reason, Result
from collector.probes._stream import Failure, Stream, connect, down, open_stream
from collector.secret import Secret


def _beside(value: object, info: ValidationInfo) -> object:
    """Relative to the folder of the configuration file."""
    if not isinstance(value, str | Path):
        return value
    return Path((info.context or {}).get("folder", ".")).absolute() / value


File = Annotated[Path, BeforeValidator(_beside)]


class Tls(BaseModel):
    """Whom to trust instead of the machine's authorities, and the certificate to show."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    verify: bool = True
    ca: File | None = None
    certificate: File | None = None
    key: File | None = None
    key_password: Secret | None = None

    @model_validator(mode="after")
    def _usable(self) -> "Tls":
        """Files are read once here, so that a fault in one is told when the configuration is."""
        if self.key is not None and self.certificate is None:
            raise ValueError("key needs certificate")
        if self.ca is not None and not self.verify:
            raise ValueError("ca has no use with verify: false")
        self.context()
        return self

    def context(self, protocols: Sequence[str] = ()) -> ssl.SSLContext:
        """A context of OpenSSL's that offers these protocols by ALPN; ValueError where a file is of
        no use. Keep it: it is dear."""
        try:
            made = ssl.create_default_context(cafile=self.ca)
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"ca {str(self.ca)!r}: {_why(error)}") from None
        if protocols:
            made.set_alpn_protocols(list(protocols))
        if not self.verify:
            made.check_hostname = False
            made.verify_mode = ssl.CERT_NONE
        if self.certificate is not None:
            password = self.key_password.get_secret_value() if self.key_password else ""
            try:
                # A password is always given: without one OpenSSL asks at the terminal.
                made.load_cert_chain(self.certificate, self.key, password)
            except (OSError, ssl.SSLError) as error:
                raise ValueError(f"certificate {str(self.certificate)!r}: {_why(error)}") from None
        return made


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "is of no use to TLS").replace("_", " ").lower()
    return error.strerror or "cannot be read"


class TlsContexts:
    """Contexts by what they were made of: one serves all targets with the same settings."""

    def __init__(self, *protocols: str) -> None:
        self._protocols = protocols
        self._made: dict[Tls, ssl.SSLContext] = {}
        self._trusting: ssl.SSLContext | None = None

    def of(self, tls: Tls) -> ssl.SSLContext:
        """The context of these settings. Failure, of our own, where a file is of no use by now."""
        found = self._made.get(tls)
        if found is None:
            try:
                found = self._made[tls] = tls.context(self._protocols)
            except ValueError as error:
                raise Failure(Result.UNKNOWN, Reason.LOCAL_ERROR, str(error)) from None
        return found

    async def expiry_unverified(self, address: str, port: int, name: str) -> Instant | None:
        """When the certificate expires that was not accepted: OpenSSL gives none of a failed
        handshake, so the server is asked once more, without trusting or telling it anything."""
        if self._trusting is None:
            self._trusting = Tls(verify=False).context()
        try:
            stream = await open_stream(await connect(address, port), self._trusting, name)
        except Failure:
            return None
        try:
            return expiry(stream)
        finally:
            stream.close()


def expiry(stream: Stream) -> Instant | None:
    """When the certificate that the server has shown ceases to be valid."""
    session = stream.tls
    if session is None:
        return None
    verified = session.getpeercert()
    if verified:
        return int(ssl.cert_time_to_seconds(str(verified["notAfter"]))) * SECOND
    shown = session.getpeercert(binary_form=True)
    if shown is None:
        return None
    # Only for a server that is not verified, and 10 MB.
    from cryptography import x509  # noqa: PLC0415

    try:
        return instant(x509.load_der_x509_certificate(shown).not_valid_after_utc)
    except ValueError:
        return None


def judge_days(
    expires: Instant | None, now: Instant, warn: int | None, crit: int | None
) -> Failure | None:
    """Raises where fewer than `crit` days are left; a failure that degrades with fewer than
    `warn`."""
    if expires is None:
        return None
    left = (expires - now) / DAY
    message = f"certificate expires in {left:.1f} days"
    if crit is not None and left < crit:
        raise down(Reason.CERTIFICATE_EXPIRING, f"{message}, at least {crit} are wanted")
    if warn is not None and left < warn:
        return Failure(Result.DEGRADED, Reason.CERTIFICATE_EXPIRING, message)
    return None
