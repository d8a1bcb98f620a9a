"""Valkey as ElastiCache runs it: TLS only, the users of the group, the parameter group's values.

One node a group serves its primary's and its readers' name.
"""

import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

from rehearsal.live.data.authority import Authority
from rehearsal.live.data.estate import Cache, CacheUser
from rehearsal.live.data.servers.server import Server

MEMORY_MIB = 256
"""Of any node, whatever its type: a machine that rehearses has less than AWS."""
_KEEPER = "elasticache"
_SLOTS = "16383"


def access_list(users: Sequence[CacheUser], keeper: str) -> str:
    """The file of users. keeper: password of the one by whom AWS itself works on the server."""
    lines = [f"user {user.name} reset {user.access} {_passwords(user)}".rstrip() for user in users]
    if not any(user.name == "default" for user in users):
        lines.append("user default off resetchannels -@all")
    return "".join(f"{line}\n" for line in [*lines, f"user {_KEEPER} on ~* &* +@all >{keeper}"])


def _passwords(user: CacheUser) -> str:
    return " ".join(f">{password}" for password in user.passwords)


class Valkey:
    """The server of one replication group."""

    def __init__(self, folder: Path, programs: Path, authority: Authority, keeper: str) -> None:
        self.server = Server(folder)
        self._programs, self._authority, self._keeper = programs, authority, keeper
        self._state: tuple[object, ...] = ()
        self._users = ""

    def serve(self, cache: Cache, address: str) -> None:
        """Makes it what is recorded: started, restarted for other settings, with other users."""
        state = (cache.parameters, cache.hosts, address, cache.port, cache.clustered)
        if self.server.runs and state != self._state:
            self.server.stop(signal.SIGTERM)
        users = access_list(cache.users, self._keeper)
        self.server.write("users.acl", users)
        if not self.server.runs:
            self._start(cache, address)
            self._state = state
        elif users != self._users:
            self._ask("ACL", "LOAD")
        self._users = users

    def stop(self) -> None:
        """At once: what it holds is a cache."""
        self.server.stop(signal.SIGKILL)

    lose = stop

    def remove(self) -> None:
        """With what it holds."""
        self.stop()
        shutil.rmtree(self.server.folder, ignore_errors=True)

    def _start(self, cache: Cache, address: str) -> None:
        certificate = self._authority.server(cache.hosts)
        self.server.write("server.crt", certificate.chain)
        self.server.write("server.key", certificate.key)
        self.server.write("ca.pem", self._authority.certificate)
        own = {
            **cache.parameters,
            "port": "0",
            "tls-port": str(cache.port),
            "tls-cert-file": "server.crt",
            "tls-key-file": "server.key",
            "tls-ca-cert-file": "ca.pem",
            "tls-auth-clients": "no",
            "bind": address,
            "unixsocket": "valkey.sock",
            "aclfile": "users.acl",
            "maxmemory": f"{MEMORY_MIB}mb",
            "save": '""',
            "dir": str(self.server.folder),
        }
        if cache.clustered:
            own |= {"cluster-enabled": "yes", "cluster-announce-hostname": cache.hosts[0]}
            own |= {"cluster-preferred-endpoint-type": "hostname", "tls-cluster": "yes"}
        self.server.write("valkey.conf", "".join(f"{name} {value}\n" for name, value in own.items()))
        self.server.start([str(self._programs / "valkey-server"), "valkey.conf"])
        self.server.wait([*self._client, "PING"], self._login)
        if cache.clustered and "cluster_slots_assigned:0" in self._ask("CLUSTER", "INFO"):
            self._ask("CLUSTER", "ADDSLOTSRANGE", "0", _SLOTS)

    @property
    def _client(self) -> list[str]:
        return [str(self._programs / "valkey-cli"), "-e", "-s", "valkey.sock", "--user", _KEEPER, "--no-auth-warning"]

    @property
    def _login(self) -> dict[str, str]:
        return {"REDISCLI_AUTH": self._keeper}

    def _ask(self, *words: str) -> str:
        return self.server.run([*self._client, *words], environment=self._login)
