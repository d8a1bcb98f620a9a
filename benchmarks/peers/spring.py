"""Spring Cloud Gateway, built by Maven, with its RedisRateLimiter and a filter of ours that asks whose a token is."""

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
    Instance,
    Surroundings,
)
from rehearsal import RehearsalError
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache

NAME = "Spring Cloud Gateway"
PROGRAM = "java"
_JAR, _VERSION = "peer-1.jar", "5.0.4"
_PROJECT = Path(__file__).with_name("spring_gateway")
_MINUTE = 60


def built(progress: Progress) -> Path:
    """Its archive, from the cache once it is built. Raises RehearsalError."""
    for tool in ("mvn", "java"):
        if not shutil.which(tool):
            raise RehearsalError(f"{NAME} needs {tool}, which is not on the PATH")
    cache = Cache()
    if not (kept := cache.path("spring-gateway", _VERSION)).is_dir():
        with progress.task(f"Building {NAME} {_VERSION}", "about a minute"):
            cache.get("spring-gateway", _VERSION, _build)
    return kept / _JAR


def instance(program: Path, name: str, around: Surroundings) -> Instance:
    """RequestRateLimiter as its reference has it; the key is what the program's `who` says.

    A line of log for each request, as ours writes, as its chapter on Reactor Netty's access logs has it.
    """
    folder = around.folder
    routes = [
        _route(around, OPEN, _limit(MANY_PER_MINUTE)),
        _route(around, KNOWN, {"name": "AskToken"}, _limit(MANY_PER_MINUTE)),
        _route(around, FEW, _limit(FEW_PER_MINUTE)),
    ]
    host, cache_port = CACHE
    pair = {"certificate": f"file:{folder}/server.crt", "certificate-private-key": f"file:{folder}/server.key"}
    redis = {"host": host, "port": cache_port, "password": PASSWORD, "ssl": {"enabled": True, "bundle": "cache"}}
    content = {
        "server": {"port": PORT, "ssl": pair},
        "peer": {"tokens": around.tokens},
        "logging": {"level": {"root": "warn", "reactor.netty.http.server.AccessLog": "info"}},
        "spring": {
            "ssl": {"bundle": {"pem": {"cache": {"truststore": {"certificate": f"file:{folder}/authority.pem"}}}}},
            "data": {"redis": redis},
            "cloud": {"gateway": {"server": {"webflux": {"routes": routes}}}},
        },
    }
    file = f"{name}.yaml"
    command = [PROGRAM, "-Dreactor.netty.http.server.accessLogEnabled=true", "-jar", str(program)]
    command += [f"--spring.config.location=file:{folder}/{file}"]
    return Instance(command=command, files={file: content})


def _route(around: Surroundings, path: str, *filters: dict[str, Any]) -> dict[str, Any]:
    return {"id": path, "uri": around.backend, "predicates": [f"Path={path}"], "filters": list(filters)}


def _limit(per_minute: int) -> dict[str, Any]:
    """A request takes 60 tokens, of which as many come back each second as requests a minute are allowed.

    So its reference limits to fewer than one a second. The bucket holds a minute's, as ours lets through at once.
    """
    arguments = {
        "redis-rate-limiter.replenishRate": per_minute,
        "redis-rate-limiter.burstCapacity": per_minute * _MINUTE,
        "redis-rate-limiter.requestedTokens": _MINUTE,
        "key-resolver": "#{@who}",
    }
    return {"name": "RequestRateLimiter", "args": arguments}


def _build(target: Path) -> None:
    project = target / "project"
    shutil.copytree(_PROJECT, project)
    done = subprocess.run(  # noqa: S603  # a tool that the benchmark is told of
        [str(shutil.which("mvn")), "-q", "-B", "package"], cwd=project, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RehearsalError(f"{NAME} {_VERSION} could not be built: {done.stdout.strip()[-400:]}")
    shutil.move(project / "target" / _JAR, target / _JAR)
    shutil.rmtree(project)
