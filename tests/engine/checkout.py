"""A copy of the checkout and what its commands say."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.touched import Touched

ROOT = Path(__file__).resolve().parents[2]
STACK = "dev"
AT_END = "--state-at-end"
"""For what nobody kills: to write the state at every step takes most of a large update's time."""
TIMEOUT_SECONDS = 600
FOREIGN = ("AWS_", "PULUMI_", "KUBE", "NAAP_ACCOUNT", "NAAP_CLUSTERS")
Said = subprocess.CompletedProcess[str]
State = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """The copy in `root`. Commands run in it, with the interpreter that runs the tests, and are about one stack."""

    root: Path
    stack: str = STACK

    @property
    def state(self) -> Path:
        """The rehearsal's own folder."""
        return self.root / ".rehearsal" / self.stack

    @property
    def registry(self) -> Path:
        """The registry of plugins."""
        return self.root / "plugins" / "registry.yaml"

    @property
    def environment(self) -> dict[str, str]:
        """Of a person who has set nothing."""
        return {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}

    def command(self, *arguments: str) -> Said:
        """`naap ...`. Whatever happens, nobody is shown a traceback."""
        said = self._run([sys.executable, "-m", "naap", *arguments])
        assert "Traceback" not in said.stdout + said.stderr, said.stderr
        return said

    def up(self) -> str:
        """`naap up`, which must succeed; gives what it printed."""
        said = self.command("up", "--stack", self.stack, AT_END)
        assert said.returncode == 0, said.stderr + self.log("up")
        return said.stdout

    def start_up(self) -> subprocess.Popen[bytes]:
        """`naap up`, left running."""
        return subprocess.Popen(
            [sys.executable, "-m", "naap", "up"],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def pulumi(self, *arguments: str) -> Said:
        """Plain Pulumi, in the rehearsal's own shell; it writes the state at its end, as nobody kills it."""
        return self.shell("env", "PULUMI_SKIP_CHECKPOINTS=true", "pulumi", *arguments)

    def naap_in_shell(self, *arguments: str) -> Said:
        """`naap ...` in the rehearsal's own shell, which has the played programs first on its PATH."""
        said = self.shell("env", f"PYTHONPATH={self.root}", sys.executable, "-m", "naap", *arguments)
        assert "Traceback" not in said.stdout + said.stderr, said.stderr
        return said

    def shell(self, *words: str) -> Said:
        """A command in the shell that `naap shell --print` makes."""
        environment = shlex.join([sys.executable, "-m", "naap", "shell", "--print", "--stack", self.stack])
        script = f'eval "$({environment})" && exec {shlex.join(words)}'
        return self._run(["bash", "-c", script])

    def resources(self) -> State:
        """The resources in the stack's state, by URN; secrets in the clear, as they are encrypted anew each time."""
        said = self.pulumi("stack", "export", "--show-secrets")
        assert said.returncode == 0, said.stderr
        deployment: dict[str, Any] = json.loads(said.stdout)["deployment"]
        assert not deployment.get("pending_operations")
        resources: list[dict[str, Any]] = deployment.get("resources") or []
        return {resource["urn"]: resource for resource in resources}

    def steps(self, operation: str) -> list[tuple[str, str, str]]:
        """(operation, type, URN) of every step of the last run of `up` or `preview` other than `same`."""
        log = self.state / "logs" / f"{operation}.events"
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        found = [event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event]
        return [(step["op"], step["type"], step["urn"]) for step in found if step["op"] != "same"]

    def touched(self, operation: str) -> list[Touched]:
        """The same of resources that providers make, with the properties that differ."""
        log = self.state / "logs" / f"{operation}.events"
        events = [json.loads(line) for line in log.read_text().splitlines()]
        found = [event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event]
        return [
            Touched(
                operation=step["op"],
                urn=step["urn"],
                paths=frozenset(step.get("detailedDiff") or step.get("diffs") or ()),
            )
            for step in found
            if step["op"] not in ("same", "read")
        ]

    def finished(self, operation: str, name: str = "") -> int:
        """How many resources the run that is under way has finished; name: of those that have it in theirs."""
        log = self.state / "logs" / f"{operation}.events"
        lines = log.read_text().splitlines() if log.exists() else []
        return sum('"resOutputsEvent"' in line and name in line for line in lines)

    def log(self, operation: str) -> str:
        """The end of what the engine said."""
        file = self.state / "logs" / f"{operation}.log"
        return "\n".join(file.read_text(errors="replace").splitlines()[-40:]) if file.exists() else ""

    def set_users(self, users: int) -> None:
        """As if edited by hand."""
        self.set_config(users=users, monthlyBudgetUsd=None)  # the budget was of the size that it had before

    def set_config(self, **stated: Any) -> None:
        """The same of any setting, by its name in the file; None takes it away."""
        file = self.root / f"Pulumi.{self.stack}.yaml"
        content = yaml.safe_load(file.read_text())
        for name, value in stated.items():
            content["config"].pop(f"naap:{name}", None)
            if value is not None:
                content["config"][f"naap:{name}"] = value
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def processes(self, word: str = "") -> dict[int, str]:
        """Command lines of the processes that belong to this copy, by number; word: only those that have it."""
        shown = subprocess.run(["ps", "-ww", "-axo", "pid=,command="], capture_output=True, text=True, check=True)
        lines = [line.strip().partition(" ") for line in shown.stdout.splitlines()]
        return {int(pid): line for pid, _, line in lines if str(self.root) in line and word in line}

    def kill(self, processes: dict[int, str]) -> None:
        """At once and without asking."""
        for pid in processes:
            os.kill(pid, signal.SIGKILL)

    def _run(self, command: list[str]) -> Said:
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )


def copy_of_the_checkout(target: Path, stack: str = STACK) -> Checkout:
    """What a clone of this checkout would have, with changes that aren't committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, copy = ROOT / name, target / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    return Checkout(root=target, stack=stack)


@contextmanager
def rehearsed(target: Path, stack: str = STACK) -> Generator[Checkout]:
    """A copy; afterwards its rehearsal is taken down, and nothing of it may be left running."""
    copy = copy_of_the_checkout(target, stack)
    yield copy
    down = copy.command("down", "--stack", stack)
    left = copy.processes()
    copy.kill(left)
    assert down.returncode == 0, down.stderr
    assert not left
