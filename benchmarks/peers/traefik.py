"""Traefik, built from its Go module, with its Redis limiter and forward authentication as its reference has them.

Its module leaves out what its own build generates, and asks for a fork that no registry serves; both are replaced by
stubs, as are the clients of some hundred DNS providers. None of them is in the path of a request here.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.peers.surroundings import (
    CACHE,
    FEW,
    FEW_PER_MINUTE,
    KNOWN,
    MANY_PER_MINUTE,
    OPEN,
    PASSWORD,
    PORT,
    USER_HEADER,
    Instance,
    Surroundings,
)
from rehearsal import RehearsalError
from rehearsal.progress import Progress
from rehearsal.tools import go_toolchain
from rehearsal.tools.cache import Cache

NAME = "Traefik"
PROGRAM = "traefik"
_VERSION = "3.7.13"
_MODULE, _DNS = "github.com/traefik/traefik/v3", "github.com/go-acme/lego/v5"
_STUBS = Path(__file__).with_name("stubs")


def built(progress: Progress) -> Path:
    """The program, from the cache once it is built. Raises RehearsalError."""
    cache = Cache()
    if not (kept := cache.path(PROGRAM, _VERSION)).is_dir():
        with progress.task(f"Building Traefik {_VERSION}", "about 5 minutes"):
            cache.get(PROGRAM, _VERSION, lambda target: _build(cache, progress, target))
    return kept / PROGRAM


def instance(program: Path, name: str, around: Surroundings) -> Instance:
    """reference/routing-configuration/http/middlewares/{ratelimit,forwardauth} of its docs: all by their examples.

    A line of JSON for each request, as ours writes: reference/install-configuration/observability/logs-and-accesslogs.
    """
    folder = around.folder
    client = _limit(folder, MANY_PER_MINUTE)
    user = _limit(folder, MANY_PER_MINUTE) | {"sourceCriterion": {"requestHeaderName": USER_HEADER}}
    asking = {"address": around.tokens, "authRequestHeaders": ["authorization"], "authResponseHeaders": [USER_HEADER]}
    dynamic = {
        "http": {
            "routers": {
                "open": _router(OPEN, "client"),
                "known": _router(KNOWN, "token", "user"),
                "few": _router(FEW, "few"),
            },
            "middlewares": {
                "client": {"rateLimit": client},
                "user": {"rateLimit": user},
                "few": {"rateLimit": _limit(folder, FEW_PER_MINUTE)},
                "token": {"forwardAuth": asking},
            },
            "services": {"backend": {"loadBalancer": {"servers": [{"url": around.backend}]}}},
        },
        "tls": {"certificates": [{"certFile": f"{folder}/server.crt", "keyFile": f"{folder}/server.key"}]},
    }
    static = {
        "entryPoints": {"web": {"address": f":{PORT}"}},
        "providers": {"file": {"filename": f"{folder}/traefik-routes.yaml"}},
        "log": {"level": "ERROR"},
        "accessLog": {"format": "json"},
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
    }
    file = f"{name}.yaml"
    return Instance(
        command=[str(program), f"--configFile={folder}/{file}"], files={file: static, "traefik-routes.yaml": dynamic}
    )


def _router(path: str, *middlewares: str) -> dict[str, Any]:
    return {"rule": f"Path(`{path}`)", "service": "backend", "middlewares": list(middlewares), "tls": {}}


def _limit(folder: Path, per_minute: int) -> dict[str, Any]:
    """A token bucket that holds a minute's requests: as many at once as ours lets through at once."""
    redis = {
        "endpoints": [":".join(map(str, CACHE))],
        "password": PASSWORD,
        "tls": {"ca": f"{folder}/authority.pem"},
    }
    return {"average": per_minute, "period": "1m", "burst": per_minute, "redis": redis}


def _build(cache: Cache, progress: Progress, target: Path) -> None:
    scratch = target / "source"
    go = go_toolchain.find((1, 26, 0), cache, progress)
    _copied(go, f"{_MODULE}@v{_VERSION}", scratch, target)
    pinned = next(
        line for line in (scratch / "go.mod").read_text().splitlines() if line.strip().startswith(f"{_DNS} ")
    ).split()[1]
    _copied(go, f"{_DNS}@{pinned}", scratch / "lego", target)
    shutil.rmtree(scratch / "lego" / "providers" / "dns")
    for stub, place, module in (
        ("ext.go", scratch / "pkg" / "config" / "dynamic" / "ext", "github.com/traefik/traefik/dynamic/ext"),
        ("auth.go", scratch / "auth", "github.com/abbot/go-http-auth"),
        ("dns.go", scratch / "lego" / "providers" / "dns", ""),
    ):
        place.mkdir()
        shutil.copy(_STUBS / stub, place)
        if module:
            (place / "go.mod").write_text(f"module {module}\n")
    _go(go, scratch, "mod", "edit", "-replace=github.com/abbot/go-http-auth=./auth", f"-replace={_DNS}=./lego")
    _go(
        go,
        scratch,
        "build",
        "-mod=mod",
        "-gcflags=all=-dwarf=false",
        "-ldflags=-s -w",
        "-o",
        str(target),
        "./cmd/traefik",
    )
    shutil.rmtree(scratch)


def _copied(go: Path, module: str, place: Path, folder: Path) -> None:
    found = json.loads(_go(go, folder, "mod", "download", "-json", module))
    shutil.copytree(found["Dir"], place, ignore=shutil.ignore_patterns("docs", "integration", "e2e"))
    for each in (place, *place.rglob("*")):
        each.chmod(each.stat().st_mode | 0o200)  # the module cache's own are read-only


def _go(go: Path, folder: Path, *arguments: str) -> str:
    environment = go_toolchain.environment() | {"GOFLAGS": "-trimpath -buildvcs=false"}
    done = subprocess.run(  # noqa: S603  # the toolchain
        [str(go), *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RehearsalError(f"Traefik {_VERSION} could not be built: {done.stderr.strip()[-400:]}")
    return done.stdout
