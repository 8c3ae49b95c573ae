"""A real net-snmp agent, in the foreground, with its own configuration and nobody else's."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.programs import free_udp_port, program, wait_until

COMMUNITY = "drift-public"
AUTH_KEY = "auth-key-of-tests"
PRIV_KEY = "priv-key-of-tests"


@dataclass(frozen=True)
class User:
    """A user of SNMPv3 in the words of Driftkoll's configuration; `None` is without."""

    name: str
    auth: str | None = None
    priv: str | None = None

    @property
    def profile(self) -> dict[str, object]:
        """The SNMP profile of a configuration that matches."""
        profile: dict[str, object] = {"version": 3, "user": self.name}
        if self.auth:
            profile |= {"auth": self.auth, "auth_key": AUTH_KEY}
        if self.priv:
            profile |= {"priv": self.priv, "priv_key": PRIV_KEY}
        return profile


_AUTH = {
    "md5": "MD5",
    "sha1": "SHA",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
_PRIV = {"des": "DES", "aes128": "AES", "aes192": "AES-192", "aes256": "AES-256"}

USERS = (
    User("nobody"),
    *(User(auth, auth) for auth in _AUTH),
    *(User(f"{auth}-{priv}", auth, priv) for auth in _AUTH for priv in _PRIV),
)
"""One for noAuth, one for each way to authenticate, and one for each of those with each privacy."""

SECURE = User("sha256-aes128", "sha256", "aes128")
"""The one to take where it does not matter which."""


class Snmpd:
    """An snmpd on UDP `port` of all IPv4 addresses and ::1, or of the addresses given.

    It answers from the address it was asked at, so every 127/8 address is a device. `pause` makes
    it silent (timeouts), `stop` makes its port closed (refused).
    """

    def __init__(
        self,
        directory: Path,
        port: int | None = None,
        addresses: tuple[str, ...] = ("udp:0.0.0.0", "udp6:[::1]"),
        name: str = "test-device",
        namespace: str | None = None,
        extra: str = "",
    ) -> None:
        self.port = free_udp_port() if port is None else port
        self._directory = directory
        self._listen = [f"{address}:{self.port}" for address in addresses]
        self._namespace = namespace
        self._process: subprocess.Popen[bytes] | None = None
        self.log = directory / "snmpd.log"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "snmpd.conf").write_text(_configuration(name) + extra, encoding="utf-8")

    def start(self) -> "Snmpd":
        """Start, and wait until it listens."""
        state = self._directory / "state"
        state.mkdir(exist_ok=True)
        inside = [program("ip"), "netns", "exec", self._namespace] if self._namespace else []
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *inside,
                    *(program("snmpd"), "-f", "-r", "-C", "-c", self._directory / "snmpd.conf"),
                    *("-Le", "-I", "-smux", *self._listen),
                ],
                env=os.environ | {"MIBS": "", "SNMP_PERSISTENT_DIR": str(state)},
                stdout=log,
                stderr=log,
            )
        wait_until(self._listening, "snmpd listens", log=self.log)
        return self

    def _listening(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"snmpd ended: {self.log.read_text(errors='replace')}")
        # /proc/PID/net shows the sockets of the process's own network namespace.
        # Only a local address counts: a client's connected socket names the port as its remote one.
        wanted = f":{self.port:04X}"
        tables = Path(f"/proc/{self._process.pid}/net")
        rows = "\n".join((tables / name).read_text() for name in ("udp", "udp6")).splitlines()
        return any(wanted in row.split()[1][-5:] for row in rows if ":" in row)

    def pause(self) -> None:
        """Fall silent: requests are not refused, they are never answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Answer again, also what was asked in the meantime."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End; the port is closed, so that requests are refused."""
        if self._process is None:
            return
        self.resume()
        self._process.kill()
        self._process.wait()
        self._process = None


def _configuration(name: str) -> str:
    lines = [
        f"rocommunity {COMMUNITY} default",
        f"rocommunity6 {COMMUNITY} default",
        f"sysName {name}",
        "sysLocation here",
        "sysContact nobody",
        "dontLogTCPWrappersConnects yes",
    ]
    for user in USERS:
        create, level = f"createUser {user.name}", "noauth"
        if user.auth:
            create, level = f"{create} {_AUTH[user.auth]} {AUTH_KEY}", "auth"
        if user.priv:
            create, level = f"{create} {_PRIV[user.priv]} {PRIV_KEY}", "priv"
        lines += [create, f"rouser {user.name} {level}"]
    return "\n".join(lines) + "\n"
