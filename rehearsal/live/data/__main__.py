"""Serves in AWS's place, in the network of the nodes: python -P -m rehearsal.live.data FILE (of its Config)."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi
from rehearsal.live.data.addresses import PUBLIC, Addresses, api_names
from rehearsal.live.data.apis.apis import Apis
from rehearsal.live.data.apis.cluster import ConfigMaps, TokenReviews
from rehearsal.live.data.apis.http_servers import serve
from rehearsal.live.data.apis.object_store import ObjectStore
from rehearsal.live.data.apis.pod_identity import ADDRESS, PORT, Agent
from rehearsal.live.data.apis.sessions import Sessions
from rehearsal.live.data.apis.webhook import Webhook, webhook_certificate
from rehearsal.live.data.authority import PUBLIC as PUBLIC_AUTHORITY
from rehearsal.live.data.config import SERVICES, WEBHOOK, Config
from rehearsal.live.data.data_plane import DataPlane, Places
from rehearsal.standins.aws.account.inventory import Inventory
from rehearsal.standins.aws.regions import REGIONS


def main(file: Path) -> None:
    """Until it is ended."""
    signal.signal(signal.SIGTERM, _end)
    config = Config.read(file)
    plane = _data_plane(config)
    sessions, authorities = Sessions(config.root), config.authorities
    api = KubeApi(config.endpoint, Path(config.authority), config.token)
    objects = ObjectStore(plane.estate, config.objects, config.released)
    names = [*api_names(REGIONS, ()), *(f"*.s3.{region}.amazonaws.com" for region in REGIONS)]
    for address in (PUBLIC, ADDRESS):
        _bring_up(config.device, address)
    webhook = Webhook(plane.estate, authorities, config.cluster, ConfigMaps(api))
    serve(webhook, *WEBHOOK, webhook_certificate(authorities))
    serve(Agent(plane.estate, sessions, TokenReviews(api), config.cluster), ADDRESS, PORT)
    serve(Apis(plane.estate, sessions, objects, trusts=True), *SERVICES)
    public = authorities.of(PUBLIC_AUTHORITY).server(names)
    serve(Apis(plane.estate, sessions, objects, trusts=False), PUBLIC, 443, public)
    try:
        plane.run()
    finally:
        plane.stop()


def _data_plane(config: Config) -> DataPlane:
    _own(config.servers)
    return DataPlane(
        Inventory(config.inventory),
        places=Places(
            servers=config.servers,
            lost=config.lost,
            hosts=Path(config.hosts),
            postgres=Path(config.postgres),
            valkey=Path(config.valkey),
        ),
        authorities=config.authorities,
        addresses=Addresses(Path(config.folder) / "addresses.json"),
        bring_up=lambda address: _bring_up(config.device, address),
        keeper=Sessions(config.root).word("elasticache"),
    )


def _end(_number: int, _frame: object) -> None:
    sys.exit(0)


def _own(folder: Path) -> None:
    """Makes the folder, which lies where anybody may make one. Raises RehearsalError where somebody else did."""
    folder.mkdir(exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise RehearsalError(f"{folder} is somebody else's: remove it, and run again.")
    folder.chmod(0o711)  # each server's own folder in it is closed


_UP: set[str] = set()


def _bring_up(device: str, address: str) -> None:
    """Makes the address this network's."""
    if device and address not in _UP:
        command = ["ip", "address", "replace", f"{address}/32", "dev", device]
        subprocess.run(command, check=True, capture_output=True)
        _UP.add(address)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
