"""A load balancer's health checks of its targets."""

import asyncio
from contextlib import suppress

import h11

from rehearsal.live.edge.load_balancer import Targets
from rehearsal.live.edge.wire import UNVERIFIED, Wire, written


async def check(targets: Targets) -> None:
    """Health checks, all targets of a group at a time; a new one is not left waiting for the interval's end."""
    known: set[str] = set()
    waited = 0.0
    while True:
        new = [one for one in targets.addresses if one not in known]
        due = targets.addresses if waited >= targets.group.interval else new
        if due:
            waited = 0.0 if due is targets.addresses else waited
            await asyncio.gather(*(_checked(targets, address) for address in due))
            known = set(targets.addresses)
        await asyncio.sleep(0.5)
        waited += 0.5


async def _checked(targets: Targets, address: str) -> None:
    targets.checked(address, well=await _well(targets.group.path, address, targets.group.timeout))


async def _well(path: str, address: str, seconds: int) -> bool:
    host, _, port = address.rpartition(":")
    wire: Wire | None = None
    with suppress(OSError, TimeoutError, h11.ProtocolError):
        try:
            async with asyncio.timeout(seconds):
                wire = Wire(h11.CLIENT, await asyncio.open_connection(host, int(port), ssl=UNVERIFIED))
                headers = {"host": address, "user-agent": "ELB-HealthChecker/2.0", "connection": "close"}
                await wire.send(h11.Request(method="GET", target=path, headers=written(headers.items())))
                await wire.send(h11.EndOfMessage())
                event = await wire.receive()
                return isinstance(event, h11.Response) and event.status_code == 200
        finally:
            if wire is not None:
                wire.close()
    return False
