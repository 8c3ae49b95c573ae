"""A real Request Tracker 5 with a database, a port and files of its own; never the machine's."""

import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.programs import free_port, program, wait_until

USER, PASSWORD = "root", "password"
"""Who RT's initial data makes, and may do everything."""

ZONE = "Europe/Stockholm"
"""That of RT and of its users: RT reads the times of a query in it."""

READER = "driftkoll"
"""A user who may see all cases, their queues and their fields, and do nothing; in UTC."""

_SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
_WORKERS = 3
_CHUNK = 20
"""So many cases in one call of those that RT takes in bulk."""

_CONFIGURATION = """\
Set($rtname, 'rt.example');
Set($Organization, 'rt.example');
Set($Timezone, '{zone}');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.db');
Set($WebPath, '');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($MailCommand, 'testfile');
Set($LogToSyslog, undef);
Set($LogToFile, undef);
Set($LogToSTDERR, 'error');
Set($HTMLFormatter, 'core');
Set($BcryptCost, 4);  # at the usual one a call takes a third of a second
Set(%Lifecycles, default => {{
    initial => ['new'],
    active => ['open', 'stalled', 'ordered', 'supplier'],
    inactive => ['resolved', 'rejected', 'deleted'],
    defaults => {{on_create => 'new'}},
    transitions => {{
        '' => ['new', 'open'],
        map {{ my $from = $_; $from => [grep {{ $_ ne $from }} @all] }} @all,
    }},
    rights => {{'* -> *' => 'ModifyTicket'}},
    actions => [],
}});
$RT::VarPath = '{folder}/var';
$RT::MasonDataDir = '{folder}/mason';
$RT::MasonSessionDir = '{folder}/session';
1;
"""
_STATUSES = "my @all = qw(new open stalled ordered supplier resolved rejected deleted);\n"


class RequestTracker:
    """RT's own server on loopback, run by an unprivileged user.

    `queues` and `fields` (custom fields of all queues) are made at once; no scrip sends anything.
    """

    def __init__(self, queues: Iterable[str], fields: Iterable[str]) -> None:
        if not _SERVER.exists():
            pytest.skip("request-tracker5 is not installed")
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="rt"))
        self._process: subprocess.Popen[bytes] | None = None
        self.log = self._folder / "log"
        self._site = self._folder / "site.pm"
        text = _CONFIGURATION.format(folder=self._folder, port=self.port, zone=ZONE)
        self._site.write_text(_STATUSES + text, encoding="utf-8")
        made = self._folder / "made.initialdata"
        made.write_text(_initial(queues, fields, self._folder), encoding="utf-8")
        for name in ("conf.d", "var", "mason", "session"):
            (self._folder / name).mkdir()
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("www-data")
            self._as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, account.pw_uid, account.pw_gid)
        self._set_up("--action", "init")
        self._set_up("--action", "insert", "--datafile", str(made))
        self._client = httpx.Client(
            base_url=f"{self.url}/REST/2.0/",
            auth=(USER, PASSWORD),
            timeout=60,
            limits=httpx.Limits(max_keepalive_connections=0),  # a kept one binds one of few workers
        )
        self._pool = ThreadPoolExecutor(_WORKERS)

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """That of READER."""
        return (self._folder / "token").read_text()

    @property
    def database(self) -> Path:
        """Its SQLite file."""
        return self._folder / "rt.db"

    def start(self) -> "RequestTracker":
        """Start it and wait until it answers."""
        server = [str(_SERVER), "--server", "Starlet", "--host", "127.0.0.1"]
        options = ["--port", str(self.port), "--max-workers", str(_WORKERS)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*server, *options],
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                **self._as,
            )
        wait_until(self._answers, "Request Tracker answers", 60, self.log)
        return self

    def close(self) -> None:
        """Stop it, its workers too, and take its files away."""
        self._client.close()
        self._pool.shutdown()
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        shutil.rmtree(self._folder)

    def create(self, cases: Sequence[Mapping[str, Any]]) -> list[int]:
        """Make cases, several calls at a time; their ids in the same order."""
        return [int(said["id"]) for said in self._in_bulk("POST", cases)]

    def update(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Change cases, each by its `id` and what is new of it, several calls at a time."""
        for change, said in zip(changes, self._in_bulk("PUT", changes), strict=True):
            assert len(said) >= len(change), (change, said)
            assert not any(" not " in str(each) for each in said[1:]), (change, said)

    def merge(self, case: int, into: int) -> None:
        """Make a case part of another."""
        said = self._client.put(f"ticket/{case}", json={"MergeInto": into})
        assert "Merge Successful" in said.text, said.text

    def set_zone(self, zone: str) -> None:
        """Give READER another time zone."""
        said = self._client.put(f"user/{READER}", json={"Timezone": zone})
        assert said.is_success, said.text

    def connect(self) -> sqlite3.Connection:
        """A connection to its database, waiting for its writers."""
        return sqlite3.connect(self.database, timeout=30)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds in its database."""
        with closing(self.connect()) as connection:
            return connection.execute(query).fetchall()

    def _in_bulk(self, method: str, each: Sequence[Mapping[str, Any]]) -> list[Any]:
        def send(chunk: Sequence[Mapping[str, Any]]) -> list[Any]:
            answer = self._client.request(method, "tickets/bulk", json=chunk)
            assert answer.is_success, answer.text
            said: list[Any] = answer.json()
            return said

        chunks = [each[n : n + _CHUNK] for n in range(0, len(each), _CHUNK)]
        return [said for answer in self._pool.map(send, chunks) for said in answer]

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "RT_SITE_CONFIG": str(self._site),
            "RT_SITE_CONFIG_DIR": str(self._folder / "conf.d"),
        }

    def _set_up(self, *arguments: str) -> None:
        done = subprocess.run(
            [program("rt-setup-database-5"), *arguments, "--skip-create"],
            env=self._environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._as,
        )
        assert done.returncode == 0, done.stdout

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text(errors="replace")
        try:
            return self._client.get("rt").is_success
        except httpx.TransportError:
            return False


def _initial(queues: Iterable[str], fields: Iterable[str], folder: Path) -> str:
    """What is made beside RT's initial data, in its own language."""
    all_queues = "".join(f"  {{ Name => '{name}' }},\n" for name in queues)
    all_fields = "".join(
        f"  {{ Name => '{name}', Type => 'FreeformSingle', Queue => 0,"
        " LookupType => 'RT::Queue-RT::Ticket' },\n"
        for name in fields
    )
    return f"""\
@Queues = (
{all_queues});
@CustomFields = (
{all_fields});
@Final = (sub {{
    my $scrips = RT::Scrips->new(RT->SystemUser);
    $scrips->UnLimit;
    while (my $scrip = $scrips->Next) {{ $scrip->SetDisabled(1) }}
    my $user = RT::User->new(RT->SystemUser);
    $user->Create(Name => '{READER}', Privileged => 1, Timezone => 'UTC');
    for my $right (qw(ShowTicket SeeQueue SeeCustomField)) {{
        $user->PrincipalObj->GrantRight(Right => $right, Object => RT->System);
    }}
    my $token = RT::AuthToken->new(RT->SystemUser);
    my (undef, undef, $text) = $token->Create(Owner => $user->Id, Description => 'tests');
    open my $file, '>', '{folder}/token' or die $!;
    print $file $text;
}});
1;
"""
