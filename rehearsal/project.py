"""The folder of one rehearsal: a project that runs the checkout's own program, with configuration of its own.

The checkout's files are never changed. What only a person would set (the root secret, secrets of plugins) gets made-up
values, the same for the life of the rehearsal.
"""

import hashlib
import hmac
import json
import os
import secrets
import shlex
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any, cast

import yaml

from planning.inputs.registry.registry_entry import PULL_SECRET, Registry
from rehearsal import RehearsalError
from rehearsal.control_plane.pki import write_private
from rehearsal.pulumi_stack import COLLECTION
from rehearsal.tools.cache import remove
from rehearsal.tools.toolbox import Found

PASSPHRASE = "rehearsal"  # noqa: S105  (protects made-up values only)
STANDINS = {
    "pulumi-language-python": "rehearsal.standins.language_python",
    "pulumi-resource-kubernetes": "rehearsal.standins.kubernetes",
    "pulumi-resource-aws": "rehearsal.standins.aws",
    "aws": "rehearsal.standins.aws_cli",
}
# AWS is always played: a rehearsal reaches no account, whatever this machine has access to.
ALWAYS_PLAYED = ("pulumi-resource-aws", "aws")
FOREIGN = ("AWS_", "PULUMI_", "KUBE")
STATES = ".rehearsal"
SALT = "encryptionsalt"


@dataclass(frozen=True, kw_only=True)
class Project:
    """Where everything of a stack's rehearsal is. root: the checkout; stack: name of the stack.

    registry: its file, seen from the checkout, instead of the one that the stack names.
    """

    root: Path
    stack: str
    registry: str | None = None

    @property
    def name(self) -> str:
        """The project's name, as Pulumi.yaml states it."""
        return str(_read(self.root / "Pulumi.yaml")["name"])

    @property
    def state(self) -> Path:
        """All of it; deleted by `down`."""
        return self.root / STATES / self.stack

    @property
    def folder(self) -> Path:
        """Where Pulumi.yaml is: the engine's working folder."""
        return self.state / "project"

    @property
    def config(self) -> Path:
        """The stack's configuration, with secrets."""
        return self.folder / f"Pulumi.{self.stack}.yaml"

    @property
    def settings(self) -> dict[str, Any]:
        """The configuration of the last run, by key."""
        return cast("dict[str, Any]", _read(self.config).get("config") or {})

    @property
    def clusters(self) -> Path:
        """clusters.json, by which the played AWS knows the control planes."""
        return self.state / "clusters.json"

    @property
    def account(self) -> Path:
        """What the played AWS remembers: names that are taken, and what is in use."""
        return self.state / "account.sqlite"

    @property
    def inventory(self) -> Path:
        """What the played AWS has, for what serves data in its place."""
        return self.state / "inventory.sqlite"

    @property
    def charts(self) -> Path:
        """Helm's charts that are at hand, once a live rehearsal has got them."""
        return self.state / "charts.json"

    @property
    def edge(self) -> Path:
        """Of the proxy that plays the CDN."""
        return self.state / "edge"

    @property
    def policies(self) -> Path:
        """The policy pack of the checkout."""
        return self.root / "policies"

    @property
    def launchers(self) -> Path:
        """Folder in front of PATH."""
        return self.state / "bin"

    def write(self, pulumi: Found) -> dict[str, Path | None]:
        """Make or renew the project and its launchers. Gives each official program that is used (None: played)."""
        for folder in (self.folder, self.state / "home", self.state / "backend", self.launchers, self.state / "logs"):
            folder.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o700)
        self._silence_engine()
        self._write_project()
        return {name: self._launcher(name, module, pulumi) for name, module in STANDINS.items()}

    def environment(self, pulumi: Found, official: Mapping[str, Path | None]) -> dict[str, str]:
        """What every run of the engine gets; nothing by which it could reach anything real."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        own = {
            "PATH": f"{self.launchers}:{pulumi.path.parent}:{_path()}",
            "PULUMI_HOME": str(self.state / "home"),
            # Without sidecar files: those are not written atomically, and one cut short by a kill makes the whole
            # state unreadable ("failed to load checkpoint: EOF").
            "PULUMI_BACKEND_URL": f"file://{self.state / 'backend'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_CONTINUE_ON_ERROR": "true",  # a plugin that fails keeps no other from being made
            **COLLECTION,
            "PULUMI_DEBUG_COMMANDS": "true",  # brings --event-log, by which progress and results are read
            "NAAP_CLUSTERS": str(self.clusters),
            "NAAP_ACCOUNT": str(self.account),
            "NAAP_INVENTORY": str(self.inventory),
            "NAAP_CHARTS": str(self.charts),
            "AWS_EC2_METADATA_DISABLED": "true",
            "KUBECONFIG": str(self.state / "no-kubeconfig"),
        }
        if any(path is None for path in official.values()):
            own["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
        return kept | own

    def source(self, registry: Registry) -> str:
        """Digest of all that the configuration is made from."""
        names = {plugin.name: sorted(plugin.configured_secrets) for plugin in registry.plugins}
        text = self._checkout_config().read_text() + json.dumps([names, self.registry], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def write_config(self) -> None:
        """Copy the checkout's configuration, without secrets that only its own key opens."""
        kept = _read(self.config).get(SALT) if self.config.exists() else None
        stated = cast("dict[str, Any]", _read(self._checkout_config()).get("config") or {})
        plain = {key: value for key, value in stated.items() if not _is_secret(value)}
        copy: dict[str, Any] = {"config": plain | ({"naap:registry": self.registry} if self.registry else {})}
        if kept:
            copy = {SALT: kept, **copy}
        _write(self.config, copy)

    def made_up(self, registry: Registry) -> dict[str, str]:
        """Configuration path -> made-up value, for all that is secret."""
        names = [(plugin.name, name) for plugin in registry.plugins for name in plugin.configured_secrets]
        paths = ["naap:rootSecret", *(f"naap:secrets.{plugin}.{name}" for plugin, name in names)]
        seed = self._seed()
        return {path: _shaped(path, hmac.new(seed, path.encode(), hashlib.sha256).hexdigest()) for path in paths}

    def delete(self) -> None:
        """Remove all of it."""
        remove(self.state)

    def _checkout_config(self) -> Path:
        file = self.root / f"Pulumi.{self.stack}.yaml"
        if not file.is_file():
            known = sorted(path.name.split(".")[1] for path in self.root.glob("Pulumi.*.yaml"))
            raise RehearsalError(f"No stack {self.stack!r}: {file.name} is missing. Known: {', '.join(known)}.")
        return file

    def _seed(self) -> bytes:
        file = self.state / "seed"
        if not file.exists():
            write_private(file, secrets.token_bytes(32))
        return file.read_bytes()

    def _write_project(self) -> None:
        project = _read(self.root / "Pulumi.yaml")
        project["main"] = str(self.root)
        runtime: object = project["runtime"]
        stated = cast("dict[str, Any]", runtime) if isinstance(runtime, dict) else {}
        options = cast("dict[str, Any]", stated.get("options") or {})
        # The environment that runs this command has what the program needs, whatever its folder is called.
        project["runtime"] = {"name": "python", "options": {**options, "virtualenv": sys.prefix}}
        _write(self.folder / "Pulumi.yaml", project)

    def _silence_engine(self) -> None:
        """The engine logs all that it does into its home: two fifths of its CPU time when policies are asked.

        It has no switch for that, and does without where a file stands in the folder's place.
        """
        logs = self.state / "home" / "logs"
        if not logs.is_file():
            remove(logs)
            logs.touch()

    def _launcher(self, name: str, module: str, pulumi: Found) -> Path | None:
        file = self.launchers / name
        beside = pulumi.path.parent / name
        real = beside if beside.is_file() else Path(found) if (found := which(name, path=_path())) else None
        if real is not None and name not in ALWAYS_PLAYED:
            file.unlink(missing_ok=True)
            return real
        run = f"import runpy, sys; sys.path.insert(0, {str(self.root)!r}); "
        run += f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
        file.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -c {shlex.quote(run)} "$@"\n')
        file.chmod(0o755)
        return None


def _path() -> str:
    """PATH without launchers: in a rehearsal's own shell they are on it, and are no official programs."""
    entries = os.environ.get("PATH", "").split(os.pathsep)
    spelled = [(entry, Path(entry), Path(entry).resolve()) for entry in entries]
    return os.pathsep.join(
        entry for entry, *folders in spelled if not any(folder.parent.parent.name == STATES for folder in folders)
    )


def _shaped(path: str, word: str) -> str:
    """No other pull secret is taken than a configuration of Docker's client."""
    if not path.endswith(f".{PULL_SECRET}"):
        return word
    return json.dumps({"auths": {"registry.example": {"auth": b64encode(f"user:{word}".encode()).decode()}}})


def _is_secret(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    inner = cast("Mapping[str, object]", value)
    return "secure" in inner or any(_is_secret(child) for child in inner.values())


def _read(file: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load(file.read_text()) or {})


def _write(file: Path, content: Mapping[str, Any]) -> None:
    part = file.with_suffix(".part")
    with part.open("w") as out:
        yaml.safe_dump(dict(content), out, sort_keys=False)
    part.replace(file)
