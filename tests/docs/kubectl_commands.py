"""Commands of kubectl, held against the kinds of a real API server and the objects that the program makes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.gateway.envoy import LIMITERS, PROXIES
from planning.database.jobs.migration_job import COMPONENT
from planning.gateway.gateway import NAMESPACE as GATEWAY_NAMESPACE
from planning.shared.labels import COMPONENT_LABEL
from planning.shared.naming import SYSTEM_NAMESPACES
from rehearsal.control_plane.kube_api import KubeApi
from tests.components.recording import Recorded
from tests.docs.commands import BLANK

VALUED = frozenset((
    *("-n", "--namespace", "-l", "--selector", "-c", "--container", "-o", "--output", "-f"),
    *("-p", "--patch", "--type", "--field-selector", "--profile", "--image"),
))  # fmt: skip
PLAIN = frozenset(("-A", "--all-namespaces", "--previous", "-i", "-it"))
"""Options by kubectl's reference: with a word after them, and without."""
VERBS = frozenset((
    *("get", "describe", "logs", "delete", "patch", "apply", "exec", "debug", "rollout restart", "port-forward"),
))  # fmt: skip
CAPITALS = frozenset({"NAMESPACE", "NAME", "POD", "NODE", "PID", BLANK})
"""Stand for what a reader knows from the alert."""
FOREIGN = {
    ("deployments", GATEWAY_NAMESPACE, "envoy-ratelimit"): "Envoy Gateway's limit service, made by its controller",
    ("deployments", GATEWAY_NAMESPACE, "envoy-gateway"): "of the chart",
}
"""Objects that no resource of ours is, and whose they are."""
BY_HAND = frozenset({("pods", SYSTEM_NAMESPACES["schema"], "psql")})
"""What an earlier command of the same page makes."""
MIGRATIONS = {COMPONENT_LABEL: COMPONENT}
SELECTORS = tuple({f"{name}={value}" for labels in (PROXIES, LIMITERS, MIGRATIONS) for name, value in labels.items()})
HELM_LABELS = frozenset({"owner", "name", "status", "version"})
"""Helm puts them on the Secrets in which it keeps releases."""


@dataclass(frozen=True, kw_only=True)
class Kubectl:
    """targets: (kind, name) as written; an empty name is all of them."""

    verb: str
    options: Mapping[str, str]
    targets: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]

    @property
    def namespace(self) -> str:
        """As written; empty where none is."""
        return self.options.get("-n") or self.options.get("--namespace", "")


@dataclass(frozen=True, kw_only=True)
class Estate:
    """kinds: plural by every name of a kind; objects: (plural, namespace, name) -> inputs."""

    kinds: Mapping[str, str]
    namespaced: frozenset[str]
    objects: Mapping[tuple[str, str, str], Mapping[str, Any]] = field(repr=False)


def parse(words: Sequence[str]) -> Kubectl:
    """words: from `kubectl` on."""
    options: dict[str, str] = {}
    plain: list[str] = []
    unknown: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        if word == "--":  # what follows is for the container
            break
        name, equals, value = word.partition("=")
        if name in VALUED:
            options[name] = value if equals else next(rest, "")
        elif word in PLAIN:
            options[word] = ""
        elif word.startswith("-"):
            unknown.append(word)
        else:
            plain.append(word)
    size = 2 if plain[:1] == ["rollout"] else 1
    verb, arguments = " ".join(plain[:size]), plain[size:]
    return Kubectl(verb=verb, options=options, targets=tuple(_targets(verb, arguments)), unknown=tuple(unknown))


def _targets(verb: str, words: list[str]) -> Iterator[tuple[str, str]]:
    if not words:
        return
    if "/" in words[0]:
        kind, _, name = words[0].partition("/")
        yield kind, name
    elif verb in ("logs", "exec", "debug"):
        yield "pods", words[0]
    else:
        for kind in words[0].split(","):
            yield from ((kind, name) for name in words[1:] or [""])


def estate_of(api: KubeApi, records: Sequence[Recorded]) -> Estate:
    """What a control plane serves, and what a run registers."""
    served = [(version, kind) for version in _versions(api) for kind in api.request("GET", version)["resources"]]
    top = [kind for _, kind in served if "/" not in kind["name"]]
    kinds = {
        name: kind["name"]
        for kind in reversed(top)
        for name in (kind["name"], kind["singularName"], *kind.get("shortNames", ()))
    }
    plurals = {kind["kind"]: kind["name"] for kind in top}
    objects = {
        (plurals[kind], metadata.get("namespace", ""), metadata["name"]): record.inputs
        for record in records
        if record.type.startswith("kubernetes:") and (kind := record.type.rpartition(":")[2]) in plurals
        for metadata in (record.inputs["metadata"],)
    }
    return Estate(
        kinds=kinds, namespaced=frozenset(kind["name"] for kind in top if kind["namespaced"]), objects=objects
    )


def _versions(api: KubeApi) -> list[str]:
    groups = api.request("GET", "/apis")["groups"]
    return ["/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups)]


def problems(words: Sequence[str], estate: Estate) -> Iterator[str]:
    """What is wrong with a command."""
    command = parse(words)
    yield from (f"{option}: kubectl has no such option, or this table doesn't" for option in command.unknown)
    if command.verb not in VERBS:
        yield f"{command.verb}: not one of {', '.join(sorted(VERBS))}"
    namespaces = {name for kind, _, name in estate.objects if kind == "namespaces"} | CAPITALS | {"", "plugin-NAME"}
    if command.namespace not in namespaces:
        yield f"there is no namespace {command.namespace}"
    if not command.targets and not {"-l", "-f"} & command.options.keys():
        yield "names nothing"
    for kind, name in command.targets:
        yield from _target(command, kind, name, estate)
    if "-l" in command.options and not _selects(command.options["-l"]):
        yield f"nobody has the labels {command.options['-l']}"


def _selects(selector: str) -> bool:
    """Helm's selectors join several terms."""
    terms = re.findall(r"([\w./-]+)(?:=| in )", selector)
    return selector in SELECTORS or (bool(terms) and set(terms) <= HELM_LABELS)


def _target(command: Kubectl, kind: str, name: str, estate: Estate) -> Iterator[str]:
    if kind not in estate.kinds:
        yield f"the API server knows no {kind}"
        return
    plural = estate.kinds[kind]
    everywhere = {"-A", "--all-namespaces"} & command.options.keys()
    if plural in estate.namespaced and not command.namespace and not everywhere:
        yield f"{plural} are in namespaces, and none is named"
    if not name or name in CAPITALS or BLANK in name:
        return
    key = (plural, command.namespace, name.replace("-N", "-0"))
    if key not in estate.objects and key not in FOREIGN and key not in BY_HAND:
        yield f"there is no {'/'.join(key)}"
    container = command.options.get("-c")
    if container and key in estate.objects and container not in _containers(estate.objects.get(key, {})):
        yield f"{name} has no container {container}"


def _containers(inputs: Mapping[str, Any]) -> set[str]:
    pod = inputs.get("spec", {}).get("template", {}).get("spec", {})
    return {one["name"] for one in (*pod.get("containers", ()), *pod.get("initContainers", ()))}
