"""What a manifest says of its backend, as fields of an entry."""

import hashlib
import re
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from planning.inputs.field_types import (
    ENV_PATTERN,
    FIRST_FREE_PORT,
    IMAGE_PATTERN,
    MAX_ENV_VALUE,
    MAX_IMAGE,
    MAX_PATH,
    PATH_PATTERN,
    mebibytes,
)
from planning.inputs.problem import HIDDEN
from planning.plugin.process_environment import RESERVED
from plugins.importing.manifest_reader import ManifestReader
from plugins.registry.manifest import MAX_BYTES
from plugins.registry.manifest_secrets import open_value, variables
from plugins.registry.secret_values import looks_secret
from plugins.registry.taken import TakenNames

FIRST_PORT = 4000
"""Services of the platform listen on 4000 and up by habit."""
_DEFAULT_PROBE = "/healthz"
_WHOLE = MAX_BYTES
"""Limit of what must not be cut, as its beginning would be another path or image."""
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "ki": 1024, "mi": 1024**2, "gi": 1024**3}


def import_backend(
    backend: ManifestReader, *, name: str, version: str, image: str | None, taken: TakenNames
) -> dict[str, Any]:
    """Fields of the backend, in the order in which people read them."""
    found: dict[str, Any] = {
        "image": _image(backend, name, version, image),
        "port": _port(backend, taken),
        "apiPrefix": _prefix(backend, name),
    }
    resources = backend.part("resources")
    if resources:
        sizes = {"cpu": _cpu(resources), "memory": _memory(resources)}
        found["resources"] = {key: value for key, value in sizes.items() if value}
    probe = backend.text("healthCheck", limit=_WHOLE)
    if probe and (len(probe) > MAX_PATH or not re.match(PATH_PATTERN, probe)):
        text = f"is no plain path of at most {MAX_PATH} characters: {_DEFAULT_PROBE} is asked"
        backend.fault("healthCheck", probe, text)
    elif probe and probe != _DEFAULT_PROBE:
        found["probes"] = {"path": probe}
    found |= _environment(backend)
    return {key: value for key, value in found.items() if value}


def _image(backend: ManifestReader, name: str, version: str, image: str | None) -> str:
    stated = backend.text("image", limit=_WHOLE)
    if image and stated and stated != image:
        backend.decided("image", image, f"chosen by --image; the manifest names {open_value(stated)}")
    fits = stated and len(stated) <= MAX_IMAGE and re.match(IMAGE_PATTERN, stated)
    if chosen := image or (stated if fits else None):
        if "@sha256:" not in chosen:
            backend.decided("image", chosen, "a tag, which can be moved: production demands its digest")
        return chosen
    if stated:
        backend.fault(
            "image",
            stated,
            f"is no image with registry and tag of at most {MAX_IMAGE} characters: a placeholder stands in",
        )
    made = placeholder_image(name, version)
    backend.decided("image", made, "a placeholder until the release pipeline writes the real digest; or use --image")
    return made


def _port(backend: ManifestReader, taken: TakenNames) -> int:
    listened = backend.whole_number("devPort", 1, 65535)
    declared = backend.whole_number("port", 1, 65535)
    if listened and declared and listened != declared:
        backend.fault("port", declared, f"is never listened on: services take PORT or devPort ({listened})")
    wanted = listened or declared
    if wanted and wanted >= FIRST_FREE_PORT and wanted not in taken.ports:
        return wanted
    free = next(port for port in range(FIRST_PORT, 65536) if port not in taken.ports)
    if wanted:
        reason = "taken" if wanted in taken.ports else "only root's"
        backend.decided("port", free, f"{wanted} is {reason}; the service is told by PORT")
    else:
        backend.decided("port", free, "the manifest names none that it could have; the service is told by PORT")
    return free


def _prefix(backend: ManifestReader, name: str) -> str:
    stated = backend.text("apiPrefix", limit=_WHOLE)
    if not stated:
        made = f"/api/v1/{name}"
        backend.decided("apiPrefix", made, "the manifest names none")
        return made
    clean = "/" + stated.strip("/")
    if clean != stated:
        backend.fault("apiPrefix", stated, f"is written without a slash at the end and with one before: {clean}")
    return clean


def _cpu(resources: ManifestReader) -> str | None:
    value = resources.value("cpu")
    if value is None:
        return None
    text = str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)(m?)", text.strip(), re.ASCII)
    if not match:
        resources.fault("cpu", value, "is no number of cores (250m or 0.25): the default is used")
        return None
    amount = Decimal(match[1]) * (1 if match[2] else 1000)
    found = f"{max(1, round(amount))}m"
    if found != text:
        resources.fault("cpu", value, f"is written as {found} in Kubernetes' usual form")
    return found


def _memory(resources: ManifestReader) -> str | None:
    value = resources.value("memory")
    if value is None:
        return None
    text = str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?) ?([kmg]?i?)b?", text.strip().lower(), re.ASCII)
    try:
        size = Decimal(match[1]) * _UNITS[match[2]] if match else None
    except (InvalidOperation, KeyError):
        size = None
    if not size:
        resources.fault("memory", value, "is no size (256Mi or 1Gi): the default is used")
        return None
    mib = max(1, -(-int(size) // 1024**2))
    if re.fullmatch(r"[1-9]\d{0,5}(Mi|Gi)", text) and mebibytes(text) == mib:
        return text
    resources.fault("memory", value, f"is written as {mib}Mi in Kubernetes' usual form")
    return f"{mib}Mi"


def _environment(backend: ManifestReader) -> dict[str, Any]:
    env: dict[str, str] = {}
    secrets: dict[str, None] = {}
    stated = backend.value("env")
    if stated is not None and not isinstance(stated, (list, dict)):
        backend.fault("env", HIDDEN, "is no object: ignored")
    for _, key, value in variables(cast("object", stated)):
        if not re.match(ENV_PATTERN, key):
            backend.fault("env", open_value(key), "is no name of a variable: left out")
        elif key in env or key in secrets:
            backend.fault("env", key, "stands twice: the first is taken")
        elif key in RESERVED:
            backend.decided(f"env.{key}", "left out", "the platform sets it")
        elif looks_secret(key, value if isinstance(value, str) else ""):
            secrets[key] = None
            backend.decided(f"secrets.{key}", "a name only", "set its value with pulumi config set --secret")
        elif isinstance(value, str):
            if "\x00" in value or len(value) > MAX_ENV_VALUE:
                backend.fault(f"env.{key}", "(value)", "is too long or has null characters: left out")
            else:
                env[key] = value
        elif isinstance(value, (bool, int, float)):
            env[key] = str(value).lower() if isinstance(value, bool) else str(value)
        else:
            backend.fault("env", key, "has no value: add it under env if the service needs it")
    return {"env": env, "secrets": list(secrets)}


REPOSITORY = "ghcr.io/livepeer/naap-"


def placeholder_image(name: str, version: str) -> str:
    """The image that a release will push, with a digest that only stands in: sha256 of placeholder:name:version.

    It is deterministic, so that importing the same manifest twice gives the same entry.
    """
    digest = hashlib.sha256(f"placeholder:{name}:{version}".encode()).hexdigest()
    # A tag has no plus sign, which a version may have.
    return f"{REPOSITORY}{name}:{version.replace('+', '_')}@sha256:{digest}"
