"""Real servers on loopback, configured as the platform's plans say."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from planning.database.shard import ADMINISTRATOR, DATABASE_NAME, PARAMETERS
from planning.shared.internal_ca import authority, server_certificate
from rehearsal.control_plane.programs import free_port
from rehearsal.tools.debian import PGBOUNCER, POSTGRES, VALKEY
from tests.dataplane.packages import give_away, unpacked, unprivileged
from tests.planning.samples import ROOT_SECRET
from tests.wait import wait_for

SUPERUSER = "rdsadmin"
ADMIN_PASSWORD = "the-administrators-own"  # noqa: S105  # of a server that lives for a test
WAIT_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a client's program said."""

    ok: bool
    out: str
    error: str


class Server:
    """A process in a folder of its own, ended and removed by stop()."""

    def __init__(self, name: str, address: str = "127.0.0.1", port: int | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"naap-{name}-"))
        self.folder.chmod(0o755)
        self.address, self.port = address, port or free_port()
        self.log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process
        return self._process.pid

    def start(
        self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, as_ourselves: bool = False
    ) -> None:
        """Starts it and waits for its port. as_ourselves: it doesn't mind to be root."""
        whole = [*([] if as_ourselves else unprivileged()), *command]
        # A home that it may look into.
        environment = {**os.environ, "HOME": str(self.folder), **(environment or {})}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(whole, cwd=self.folder, stdout=log, stderr=log, env=environment)
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as trial:
                if trial.connect_ex((self.address, self.port)) == 0:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        why = self.log.read_text()[-3000:]
        self.stop()
        raise AssertionError(f"{command[0]} did not start:\n{why}")

    def stop(self) -> None:
        """Ends it, at once where it does not listen, and removes its folder."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _stopped_on_failure(self) -> Generator[None]:
        try:
            yield
        except BaseException:
            self.stop()  # nobody else will: it was never given to anyone
            raise

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        """A file of the server's own."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        give_away(path)
        if path.parent != self.folder:
            give_away(path.parent)
        return path


class Postgres(Server):
    """PostgreSQL with TLS and the parameters of the plan, and an administrator who is no superuser, as on RDS."""

    _more: Mapping[str, str] = {}

    def __init__(
        self, address: str = "127.0.0.1", port: int | None = None, more: Mapping[str, str] | None = None
    ) -> None:
        """address: of loopback; servers that a pooler takes for one another have one port. more: settings besides."""
        super().__init__("postgres", address, port)
        self._more = more or {}
        self.programs = unpacked(POSTGRES)
        data = self.folder / "data"
        give_away(self.folder)
        options = ["-D", str(data), "-U", SUPERUSER, "--auth=trust", "--locale=C.UTF-8"]
        self._make([str(self.programs / "initdb"), *options])
        self.ca = self.write("ca.pem", authority(ROOT_SECRET).certificate_pem, 0o644)
        found = server_certificate(ROOT_SECRET, owner=f"test-database-{address}", names=("localhost", address))
        # With its authority, as RDS has it.
        self.write("server.crt", found.certificate_pem + self.ca.read_text())
        self.write("server.key", found.key_pem)
        self.write(
            "data/pg_hba.conf",
            f"host all,replication {SUPERUSER} 127.0.0.0/8 trust\nhostssl all all all scram-sha-256\n",
        )
        with self._stopped_on_failure():
            self._serve()
            self._become_rds()

    def _serve(self) -> None:
        own = {item.name: item.value for item in PARAMETERS if not item.name.startswith("rds.")}
        # What RDS makes of rds.force_ssl and rds.logical_replication.
        own |= {"wal_level": "logical", "ssl": "on", "ssl_cert_file": f"{self.folder}/server.crt"}
        own |= {"ssl_key_file": f"{self.folder}/server.key", "port": str(self.port), "fsync": "off"}
        listen = f"{self.address},::1" if self.address == "127.0.0.1" else self.address
        own |= {"unix_socket_directories": str(self.folder), "listen_addresses": listen}
        own |= self._more
        settings = [word for name, value in own.items() for word in ("-c", f"{name}={value}")]
        self.start([str(self.programs / "postgres"), "-D", str(self.folder / "data"), *settings])
        # It listens before it serves.
        wait_for("PostgreSQL to serve", lambda: self.psql("SELECT 1", user=SUPERUSER, database="postgres").ok)

    def _make(self, command: list[str]) -> None:
        done = subprocess.run([*unprivileged(), *command], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def _become_rds(self) -> None:
        # What RDS's rds_superuser may do of what is a superuser's elsewhere (rds_replication for REPLICATION).
        admin = f"CREATE ROLE {ADMINISTRATOR} LOGIN CREATEROLE CREATEDB REPLICATION PASSWORD '{ADMIN_PASSWORD}'"
        grant = f"GRANT pg_signal_backend, pg_monitor, pg_create_subscription TO {ADMINISTRATOR}"
        for statement in (admin, grant, f"CREATE DATABASE {DATABASE_NAME} OWNER {ADMINISTRATOR}"):
            answer = self.psql(statement, user=SUPERUSER, database="postgres")
            assert answer.ok, answer.error

    def psql(
        self, statement: str, *, user: str, password: str = "", database: str = DATABASE_NAME, port: int | None = None
    ) -> Answer:
        """Runs statements as psql does, stopping at the first error. port: of a pooler; the server's without."""
        environment = {
            "PGHOST": "localhost",
            "PGHOSTADDR": "127.0.0.1" if port else self.address,
            "PGPORT": str(port or self.port),
            "PGUSER": user,
            "PGDATABASE": database,
            "PGPASSWORD": password,
            "PGSSLMODE": "prefer" if user == SUPERUSER else "verify-full",
            "PGSSLROOTCERT": str(self.ca),
            "PGCONNECT_TIMEOUT": "10",
            "PATH": os.environ["PATH"],
        }
        command = [str(self.programs / "psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
        return answered(command, environment, statement)

    def dump(self) -> str:
        """Roles, their settings, and everything in the database but rows."""
        texts: list[str] = []
        for program, more in (("pg_dumpall", ["--globals-only"]), ("pg_dump", ["-s", DATABASE_NAME])):
            command = [str(self.programs / program), "-h", self.address, "-p", str(self.port), "-U", SUPERUSER, *more]
            answer = answered(command, {"PATH": os.environ["PATH"]}, "")
            assert answer.ok, answer.error
            # Newer clients fence a dump with a random word.
            texts += [line for line in answer.out.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
        return "\n".join(texts)


class Replica(Postgres):
    """A streaming replica of a server, on another address of loopback and the same port."""

    def __init__(self, primary: Postgres, address: str) -> None:
        Server.__init__(self, "replica", address, primary.port)
        self.programs, self.ca = primary.programs, primary.ca
        give_away(self.folder)
        source = ["-h", primary.address, "-p", str(primary.port), "-U", SUPERUSER]
        # --checkpoint=fast: not minutes later, when the next one is due.
        options = ["--write-recovery-conf", "--checkpoint=fast", "--pgdata", str(self.folder / "data")]
        self._make([str(self.programs / "pg_basebackup"), *source, *options])
        for name in ("server.crt", "server.key"):
            self.write(name, (primary.folder / name).read_text())
        with self._stopped_on_failure():
            self._serve()


class PgBouncer(Server):
    """PgBouncer in a folder that stands for its pod's file system."""

    def __init__(self) -> None:
        super().__init__("pgbouncer")
        self.programs = unpacked(PGBOUNCER)
        give_away(self.folder)

    def local(self, text: str, database_port: int) -> str:
        """A file of the pod, with this folder and these ports in it instead of the pod's."""
        for place in ("/etc/naap-secret", "/etc/naap", "/run/naap/live", "/run/naap/fragments"):
            text = text.replace(f"{place}/", f"{self.folder}{place}/")
        text = text.replace("port=5432", f"port={database_port}")
        return text.replace("listen_port = 6432", f"listen_port = {self.port}")

    def run(self) -> None:
        """Starts it from its pod's file."""
        self.start([str(self.programs / "pgbouncer"), f"{self.folder}/etc/naap/pgbouncer.ini"])


class Valkey(Server):
    """Valkey with the users of a plan."""

    def __init__(self, users: Mapping[str, tuple[str, str]]) -> None:
        """users: name -> (access string, password)."""
        super().__init__("valkey")
        self.programs = unpacked(VALKEY)
        lines = [f"user {name} {access} >{password}" for name, (access, password) in users.items()]
        self.write("users.acl", "".join(f"{line}\n" for line in lines))
        give_away(self.folder)
        self.start(
            [
                str(self.programs / "valkey-server"),
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--aclfile",
                f"{self.folder}/users.acl",
                "--dir",
                str(self.folder),
            ]
        )

    def ask(self, user: str, password: str, *words: str) -> str:
        """One command's answer, errors included."""
        command = [str(self.programs / "valkey-cli"), "-p", str(self.port), "--user", user, "--no-auth-warning", *words]
        answer = answered(command, {"REDISCLI_AUTH": password, "PATH": os.environ["PATH"]}, "")
        return (answer.out + answer.error).strip()


def answered(command: Sequence[str], environment: Mapping[str, str], text: str) -> Answer:
    """Runs a client's program to its end."""
    done = subprocess.run(
        command, env=dict(environment), input=text, capture_output=True, text=True, check=False, timeout=120
    )
    return Answer(ok=done.returncode == 0, out=done.stdout, error=done.stderr)
