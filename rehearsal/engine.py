"""Running the real Pulumi engine on a rehearsal's project."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from planning.inputs.registry.registry_entry import Registry
from rehearsal import RehearsalError
from rehearsal.processes import command_line
from rehearsal.progress import Progress
from rehearsal.project import Project
from rehearsal.pulumi_stack import PulumiStack, State
from rehearsal.tools.toolbox import Found

STOP_SECONDS = 120.0
SUMMARY_ONLY = "--output=json"
"""The engine prints a line at its end. Else it keeps a copy of every resource for what it shows, which nobody reads
here: progress and results are in its event log."""
AWS_PROTECTION = frozenset({"deletionProtection", "enableDeletionProtection", "deletionProtectionEnabled"})


class Engine(PulumiStack):
    """The engine of one rehearsal. official: official plugin programs that are used (None: played)."""

    def __init__(self, project: Project, pulumi: Found, progress: Progress) -> None:
        self.project = project
        self.pulumi = pulumi
        self.official = project.write(pulumi)
        super().__init__(
            stack=project.stack,
            program=pulumi.path,
            folder=project.folder,
            logs=project.state / "logs",
            environment=project.environment(pulumi, self.official),
            progress=progress,
            options=[SUMMARY_ONLY],
        )

    def prepare(self, registry: Registry) -> None:
        """Make the stack and its configuration, or renew what changed; undo what a killed run left behind."""
        mark = self.project.state / "configured"
        source = self.project.source(registry)
        if not (mark.exists() and mark.read_text() == source and self.state_file().exists()):
            self.project.write_config()
            if not self.state_file().exists():
                self.run("stack", "init", self.project.stack, "--secrets-provider", "passphrase")
            pairs = [f"--secret={path}={value}" for path, value in self.project.made_up(registry).items()]
            self.run("config", "set-all", "--stack", self.project.stack, "--path", *pairs)
            mark.write_text(source)
        self.settle()

    def is_empty(self) -> bool:
        """Whether the stack has no resource, or was never made."""
        return not self.state_file().exists() or '"urn"' not in self.state_file().read_text()

    def state_file(self) -> Path:
        """The file backend's own file of the stack."""
        return self._backend() / "stacks" / self.project.name / f"{self.project.stack}.json"

    def settle(self) -> None:
        """After a run that was killed: end what is left of it, free the lock, forget operations without a result.

        What such an operation may have made is found again: the played AWS gives a resource the same identity each
        time, and objects in the control plane are taken over by name.
        """
        locks = list((self._backend() / "locks").rglob("*.json"))
        for lock in locks:
            self._end(int(json.loads(lock.read_text())["pid"]))
        if locks:
            self.run("cancel", "--yes", "--stack", self.project.stack)
        if "pending_operations" not in self.state_file().read_text():
            return
        whole = json.loads(self.run("stack", "export", "--stack", self.project.stack))
        pending = whole["deployment"].pop("pending_operations", None)
        if pending:
            self._import(whole)
            self._progress.say(f"  An earlier run was cut off: {len(pending)} operations under way are done again")

    def lift_protection(self) -> None:
        """Let every resource be deleted: of a rehearsal's own state, nothing else."""
        whole = json.loads(self.run("stack", "export", "--stack", self.project.stack))
        resources = cast("list[State]", whole["deployment"].get("resources") or [])
        if not sum(unprotect(resource) for resource in resources):
            return
        self._progress.say("  Protected resources: protection is lifted in this rehearsal's state, nowhere else")
        self._import(whole)

    def _import(self, whole: State) -> None:
        file = self.project.state / "import.json"
        file.write_text(json.dumps(whole))
        self.run("stack", "import", "--force", "--file", str(file), "--stack", self.project.stack)
        file.unlink()

    def _end(self, pid: int) -> None:
        running = command_line(pid)
        if f"--event-log={self.project.state}" not in running:
            if Path(running.split(" ", 1)[0]).name == "pulumi":
                raise RehearsalError(
                    f"Another pulumi works on this rehearsal (process {pid}): {running[:200]}\n"
                    "Wait until it is done, or stop it with Ctrl-C, and run again."
                )
            return
        with self._progress.task("An earlier run's engine is still at work: stopping it"):
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + STOP_SECONDS
            while command_line(pid) == running:
                if time.monotonic() > deadline:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.1)

    def _backend(self) -> Path:
        return self.project.state / "backend" / ".pulumi"


def unprotect(resource: State) -> bool:
    """Lift Pulumi's protection and AWS's own from a resource of an exported state; tells whether there was any."""
    found = bool(resource.pop("protect", False))
    for part in ("inputs", "outputs"):
        values = cast("State", resource.get(part) or {})
        for name in AWS_PROTECTION & values.keys():
            found = found or values[name] is True
            values[name] = False
    return found


def open_shell(environment: Mapping[str, str], folder: Path) -> int:
    """A shell in which plain Pulumi works on the rehearsal; gives its exit code."""
    shell = environment.get("SHELL") or shutil.which("bash") or "/bin/sh"
    print("Plain pulumi works here: pulumi preview, pulumi stack output, ... (exit leaves this shell)", file=sys.stderr)
    return subprocess.run([shell], cwd=folder, env=dict(environment), check=False).returncode
