"""A stack under the Pulumi engine: short commands, long operations, and what its state holds."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from rehearsal import RehearsalError
from rehearsal.events import Outcome
from rehearsal.operation import follow
from rehearsal.progress import Progress

# The played providers answer at once, the control plane takes hundreds of requests: waits are what takes time.
PARALLEL = 32
COLLECTION = {"GOGC": "400", "GOMEMLIMIT": "2500MiB"}
"""Of the engine's environment: its garbage is collected late, which took an eighth of a small stack's time, until this
much is in use. Large stacks took three times as much, and a thousand plugins the whole of a small machine."""
State = dict[str, Any]


class PulumiStack:
    """A stack, rehearsed or real. folder: where its Pulumi.yaml is; logs: what the engine says, by operation.

    options: more of the command of every operation.
    """

    def __init__(
        self,
        *,
        stack: str,
        program: Path,
        folder: Path,
        logs: Path,
        environment: dict[str, str],
        progress: Progress,
        options: Sequence[str] = (),
    ) -> None:
        self.stack, self.folder, self.logs = stack, folder, logs
        self.environment = environment
        self._program, self._progress, self._options = program, progress, options

    def run(self, *arguments: str) -> str:
        """Output of one short command. Raises RehearsalError with what it said."""
        command = [str(self._program), *arguments, "--non-interactive"]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RehearsalError(f"pulumi {' '.join(arguments[:2])} failed:\n{(done.stderr or done.stdout).strip()}")
        return done.stdout

    def operate(
        self, title: str, *arguments: str, stepwise: bool = True, variables: Mapping[str, str] | None = None
    ) -> Outcome:
        """Run up, preview, refresh or destroy, showing how far it is. Raises RehearsalError with what went wrong.

        stepwise: the state is written at every step, else at the end, which takes half of the time or less. A run that
        is killed, not stopped or failed, is then not in the state (docs/decisions/state-at-the-end.md).
        variables: more of the environment.
        """
        command = [str(self._program), *arguments, "--stack", self.stack, "--non-interactive"]
        command += ["--color=never", f"--parallel={PARALLEL}", *self._options]
        own = {**({} if stepwise else {"PULUMI_SKIP_CHECKPOINTS": "true"}), **(variables or {})}
        return follow(
            title,
            command,
            name=arguments[0],
            folder=self.folder,
            logs=self.logs,
            environment=self.environment | own,
            progress=self._progress,
        )

    def export(self) -> State:
        """The state as the engine gives it: `deployment` has resources and operations. Secrets stay encrypted."""
        return cast("State", json.loads(self.run("stack", "export", "--stack", self.stack)))

    def resources(self) -> list[State]:
        """Resources in the state, also of a half-made stack."""
        return cast("list[State]", self.export()["deployment"].get("resources") or [])
