"""What a manifest says of those that its pods call, as fields of an entry."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from planning.inputs.registry.related import BASE_SERVICE
from plugins.importing.manifest_reader import ManifestReader
from plugins.registry.egress import normal_egress
from plugins.registry.taken import TakenNames

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def import_network(reading: ManifestReader, *, name: str, taken: TakenNames) -> dict[str, Any]:
    """Calls within the platform and hosts outside. reading: the whole manifest, of a plugin with a backend."""
    found = {"calls": _calls(reading, name, taken), "egress": _egress(reading)}
    return {key: value for key, value in found.items() if value}


def _calls(reading: ManifestReader, name: str, taken: TakenNames) -> list[str]:
    calls: list[str] = []
    if BASE_SERVICE in taken.with_backend and name != BASE_SERVICE:
        calls.append(BASE_SERVICE)
        reading.decided("network.calls", BASE_SERVICE, "services ask it who is signed in")
    for part, key, stated in _wanted(reading):
        # The platform's own services are asked for by their short names: base.
        called = next((each for each in (stated, f"{stated}-svc") if each in taken.with_backend), None)
        if called == name:
            part.fault(key, stated, "is the plugin itself: no call is opened")
        elif called is None:
            where = "no backend that answers" if stated in taken.names else "no backend"
            part.fault(key, stated, f"has {where} in the registry: no call is opened")
        elif called not in calls:
            calls.append(called)
            reading.decided("network.calls", called, f"{part.path}{key} of the manifest; versions aren't compared")
    return calls


def _wanted(reading: ManifestReader) -> Iterator[tuple[ManifestReader, str, str]]:
    """Each plugin that the manifest asks for, and the object and field in which it does."""
    stated = reading.value("dependencies")
    places = [(reading, "dependencies")] if isinstance(stated, list) else []
    if places and stated:
        reading.fault(
            "dependencies", reading.value("dependencies"), "is a bare array, where the manifest's type has an object"
        )
    dependencies = None if places else reading.part("dependencies")
    permissions = reading.part("permissions")
    places += [(dependencies, key) for key in ("required", "plugins")] if dependencies else []
    places += [(permissions, "apis")] if permissions else []
    for part, key in places:
        for stated_name in part.texts(key, of="name"):
            yield part, key, stated_name


def _egress(reading: ManifestReader) -> list[str]:
    permissions = reading.part("permissions")
    found: dict[str, str] = {}
    for stated in permissions.texts("external") if permissions else ():
        target = _target(stated)
        try:
            normal = normal_egress(target)
        except ValueError as error:
            text = f"names no host that can be opened ({error}): if its pods call one, list it under network.egress"
            reading.fault("permissions.external", stated, text)
            continue
        if normal in found:
            reading.fault("permissions.external", stated, f"is {found[normal]} again: left out")
            continue
        if target != stated:
            reading.fault("permissions.external", stated, f"is no host by itself: {target} is opened")
        found[normal] = target
        reading.decided("network.egress", target, "permissions.external")
    return list(found.values())


def _target(stated: str) -> str:
    """The host and port of a URL, which is what the manifest's type asks for; all else in lower case as it stands."""
    text = stated.strip().lower()
    try:
        url = urlsplit(text)
        port = url.port or _PORTS[url.scheme]
    except (KeyError, ValueError):
        return text
    return f"{url.hostname}:{port}" if url.hostname else text
