"""PostgreSQL as RDS runs it: TLS, the parameter group's values, a master user who is no superuser, replicas."""

import secrets
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

from rehearsal.live.data.authority import Authority
from rehearsal.live.data.estate import Instance
from rehearsal.live.data.servers.server import Server

OWNER, REPLICATION = "rdsadmin", "rdsrepladmin"
"""RDS's own logins: nobody has them from outside."""
MASTER_ROLES = ("pg_monitor", "pg_signal_backend", "pg_checkpoint", "pg_create_subscription")
"""Of what is a superuser's elsewhere, rds_superuser may hand on these."""
_RDS = "rds."


def settings(parameters: Mapping[str, str]) -> dict[str, str]:
    """PostgreSQL's settings of a parameter group: as they are, and what RDS makes of two of its own."""
    own = {name: value for name, value in parameters.items() if not name.startswith(_RDS)}
    logical = parameters.get("rds.logical_replication") == "1"
    return {**own, "wal_level": "logical" if logical else "replica"}


def access(parameters: Mapping[str, str]) -> str:
    """pg_hba.conf: its owner by the socket of a folder that nobody else sees, all others with a password."""
    kind = "hostssl" if parameters.get("rds.force_ssl", "1") == "1" else "host"
    return (
        "local all all trust\n"
        f"host all {OWNER} all reject\n"
        f"hostssl replication {REPLICATION} all scram-sha-256\n"
        f"{kind} all all all scram-sha-256\n"
        f"{kind} replication all all scram-sha-256\n"
    )


class Postgres:
    """The server of one instance. address: where it listens."""

    def __init__(self, folder: Path, programs: Path, authority: Authority) -> None:
        self.server = Server(folder)
        self._programs, self._authority = programs, authority
        self._state: tuple[object, ...] = ()
        self._password = ""

    @property
    def made(self) -> bool:
        """Whether it has its data."""
        return (self.server.folder / "made").exists()

    @property
    def port(self) -> int:
        """Of the instance, also of the socket in its folder."""
        return self._port

    def serve(self, instance: Instance, address: str, primary: "tuple[Postgres, str] | None") -> None:
        """Makes it what is recorded: started, restarted for other settings, with another password.

        primary: whose replica it is, and its address.
        """
        state = (instance.parameters, instance.host, address, instance.port)
        if self.server.runs and state != self._state:
            self.server.stop()
        if not self.server.runs:
            self._start(instance, address, primary)
            self._state, self._password = state, ""
        if primary is None and instance.password != self._password:
            self._set_master(instance)
            self._password = instance.password

    def sql(self, statements: str, database: str = "postgres") -> str:
        """What the server's owner may do. Not written to the server's log, as it may hold a password."""
        quiet = "SET log_statement = 'none'; SET log_min_duration_statement = -1;\n"
        return self.server.run(self._client(database), quiet + statements)

    def stop(self) -> None:
        """As RDS does, without waiting for clients."""
        self.server.stop(signal.SIGINT)

    def lose(self) -> None:
        """As a machine is lost."""
        self.server.stop(signal.SIGKILL)

    def remove(self) -> None:
        """With what it holds."""
        self.stop()
        shutil.rmtree(self.server.folder, ignore_errors=True)

    def _start(self, instance: Instance, address: str, primary: "tuple[Postgres, str] | None") -> None:
        self._port = instance.port
        data = self.server.folder / "data"
        # Of one that was killed. Its number is somebody else's in a process namespace of a later run.
        (data / "postmaster.pid").unlink(missing_ok=True)
        if not self.made:
            shutil.rmtree(data, ignore_errors=True)
            if primary:
                self._copy(*primary)
            else:
                options = ["-U", OWNER, "--auth=trust", "--locale=C.UTF-8", "--no-sync"]
                self.server.run([str(self._programs / "initdb"), "-D", "data", *options])
        certificate = self._authority.server([instance.host])
        self.server.write("server.crt", certificate.chain)
        self.server.write("server.key", certificate.key)
        self.server.write("data/pg_hba.conf", access(instance.parameters))
        folder = self.server.folder
        own = settings(instance.parameters) | {
            "ssl": "on",
            "ssl_cert_file": str(folder / "server.crt"),
            "ssl_key_file": str(folder / "server.key"),
            "listen_addresses": address,
            "port": str(instance.port),
            "unix_socket_directories": str(folder),
            "fsync": "off",  # only a lost machine loses anything by it
        }
        words = [word for name, value in own.items() for word in ("-c", f"{name}={value}")]
        self.server.start([str(self._programs / "postgres"), "-D", str(data), *words])
        self.server.wait([*self._client("postgres"), "--command=SELECT 1"])
        if not self.made:
            if primary is None:
                self._become_rds(instance)
            self.server.write("made", "")

    def _copy(self, primary: "Postgres", address: str) -> None:
        source = f"host={address} port={primary.port} user={REPLICATION} sslmode=require"
        source += f" password={primary.replication_password()}"
        options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--pgdata=data", f"--dbname={source}"]
        self.server.run([str(self._programs / "pg_basebackup"), *options])

    def replication_password(self) -> str:
        """By which replicas follow."""
        return (self.server.folder / "replication").read_text()

    def _become_rds(self, instance: Instance) -> None:
        password = secrets.token_urlsafe(24)
        self.server.write("replication", password)
        self.sql(
            f"CREATE ROLE {REPLICATION} LOGIN REPLICATION PASSWORD '{password}';\n"
            "CREATE ROLE rds_superuser; CREATE ROLE rds_replication; CREATE ROLE rds_password; CREATE ROLE rds_iam;\n"
            f"GRANT {', '.join(MASTER_ROLES)}, rds_replication, rds_password TO rds_superuser WITH ADMIN OPTION;\n"
            # Elsewhere what rds_replication gives is an attribute of the login.
            f'CREATE ROLE "{instance.user}" LOGIN CREATEROLE CREATEDB REPLICATION;\n'
            f'GRANT rds_superuser TO "{instance.user}" WITH ADMIN OPTION;\n'
            f'CREATE DATABASE "{instance.database}" OWNER "{instance.user}";\n'
        )

    def _set_master(self, instance: Instance) -> None:
        quoted = instance.password.replace("'", "''")
        self.sql(f"ALTER ROLE \"{instance.user}\" PASSWORD '{quoted}';\n")

    def _client(self, database: str) -> list[str]:
        options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        where = [f"--host={self.server.folder}", f"--port={self._port}", f"--username={OWNER}", f"--dbname={database}"]
        return [str(self._programs / "psql"), *options, *where]
