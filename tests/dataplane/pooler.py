"""A pod of poolers, with exactly the files that the program puts into its ConfigMaps and Secrets."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from planning.database.plugin_database import PluginDatabasePlan
from planning.database.pooler_config import (
    METRICS_USER,
    render_compose,
    render_fragment,
    render_main,
    render_platform_hba,
    render_renewal,
    render_userlist,
)
from planning.database.roles import POOLER_ROLE
from planning.shared.derived_secrets import derive
from planning.shared.internal_ca import server_certificate
from tests.dataplane.conftest import login
from tests.dataplane.servers import Answer, PgBouncer, Postgres
from tests.planning.samples import ROOT_SECRET


class Load:
    """A running pgbench."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=dict(environment), stdout=pipe, stderr=pipe, text=True)

    @property
    def runs(self) -> bool:
        """Whether it still does."""
        return self._process.poll() is None

    def end(self) -> Answer:
        """What it said, once it is done."""
        out, error = self._process.communicate(timeout=120)
        return Answer(ok=self._process.returncode == 0, out=out, error=error)


class Pooler:
    """A pod of poolers: its files, its composing script, its process."""

    def __init__(
        self, database: Postgres, config: Mapping[str, str] | None = None, secret: Mapping[str, str] | None = None
    ) -> None:
        """config, secret: the pod's ConfigMap and Secret, with any host as the writer's; made here without."""
        self.server = PgBouncer()
        self._database = database
        for name, text in (config or _config()).items():
            self.put(f"/etc/naap/{name}", re.sub(r"host=\S+", "host=localhost", text))
        self.put("/etc/naap/database-ca.pem", database.ca.read_text())
        for name, text in (secret or _secret()).items():
            self.put(f"/etc/naap-secret/{name}", text)
        found = server_certificate(ROOT_SECRET, owner="pooler-0", names=("localhost",))
        self.put("/etc/naap-secret/tls.crt", found.certificate_pem)
        self.put("/etc/naap-secret/tls.key", found.key_pem)
        for folder in ("live", "fragments"):
            (self.server.folder / "run/naap" / folder).mkdir(parents=True)

    def admit(
        self, plan: PluginDatabasePlan, hosts: Sequence[str] = ("localhost",), readers: Sequence[str] = ()
    ) -> None:
        """What the collector does with a plugin's ConfigMap. No certificate names an address: it goes unchecked."""
        if readers or hosts != ("localhost",):
            main = Path(self._path("/etc/naap/pgbouncer.ini"))
            main.write_text(main.read_text().replace("sslmode = verify-full", "sslmode = verify-ca"))
        files = render_fragment(plan, stem=plan.plugin, writer_hosts=hosts, reader_hosts=readers, home=True)
        for name, text in files.items():
            self.put(f"/run/naap/fragments/{name}", text)

    def renew(self, plan: PluginDatabasePlan, stamp: str) -> None:
        """What the collector does with the ConfigMap that comes after a migration."""
        for name, text in render_renewal(plan, stamp=stamp).items():
            self.put(f"/run/naap/fragments/{name}", text)

    def compose(self) -> None:
        """What the container before PgBouncer does."""
        subprocess.run(["sh", self._path("/etc/naap/compose.sh"), "once"], check=True)

    def watch(self) -> "subprocess.Popen[bytes]":
        """What the container beside PgBouncer does; `pidof` finds it in the pod's own process namespace."""
        folder = self.server.folder / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "pidof").write_text(f"#!/bin/sh\necho {self.server.pid}\n")
        (folder / "pidof").chmod(0o755)
        script = Path(self._path("/etc/naap/compose.sh"))
        script.write_text(script.read_text().replace("sleep 5", "sleep 0.2"))
        return subprocess.Popen(
            ["sh", str(script), "watch"], env={"PATH": f"{folder}:{os.environ['PATH']}"}, stderr=subprocess.DEVNULL
        )

    def ask(self, plan: PluginDatabasePlan, role: str, alias: str, statement: str) -> Answer:
        """Statements of a plugin through one alias."""
        user, password = login(plan, role)
        return self._database.psql(statement, user=user, password=password, database=alias, port=self.server.port)

    def load(self, plan: PluginDatabasePlan, statement: str, *options: str) -> Load:
        """pgbench as the plugin's pods, through the writer's alias. options: of pgbench, such as -C and -T."""
        user, password = login(plan, "app")
        script = self.server.write(f"{user}.sql", statement, 0o644)
        where = ["-h", "localhost", "-p", str(self.server.port), "-U", user]
        command = [str(self._database.programs / "pgbench"), "-n", *options, "-f", str(script), *where]
        environment = {
            "PGPASSWORD": password,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(self._database.ca),
            "PATH": os.environ["PATH"],
        }
        return Load([*command, plan.aliases.writer], environment)

    def _path(self, path: str) -> str:
        return f"{self.server.folder}{path}"

    def put(self, path: str, text: str) -> None:
        """A file of the pod's."""
        self.server.write(path.removeprefix("/"), self.server.local(text, self._database.port))


def _config() -> Mapping[str, str]:
    return {
        "pgbouncer.ini": render_main(writer_host="localhost"),
        "platform.hba": render_platform_hba(),
        "compose.sh": render_compose(),
    }


def _secret() -> Mapping[str, str]:
    lookup = derive(ROOT_SECRET, owner="pooler", purpose="database-auth")
    return {"userlist.txt": render_userlist({POOLER_ROLE: lookup, METRICS_USER: "counts"})}
