"""The engine's Python language host, for where the official one cannot be had.

Runs programs (`pulumi up`, `preview`, `destroy --run-program`) and policy packs (`--policy-pack`,
`policy analyze`). The runtime option `virtualenv` is honoured: a relative one starts at the folder of
Pulumi.yaml, and where it does not exist the interpreter of this host is used. Nothing is installed.
Run as `python -P -m rehearsal.standins.language_python ENGINE_ADDRESS`; started and ended by the engine.
"""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportUnknownParameterType=false, reportMissingModuleSource=false
# (grpc and google.protobuf ship no types)
# ruff: noqa: N802, ARG002, D102  (methods of a servicer have the protocol's names, arguments and meaning)

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2 as pb
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2

from rehearsal.standins.protocol import serve
from rehearsal.standins.wire import decode

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("program.py")
REPORTED = 32  # program.py's exit code for a failure that the user has been told of
GRACE = 5.0  # seconds between asking a child to end and ending it


def interpreter(root: Path, options: Mapping[str, Any]) -> str:
    """The Python of the project's virtual environment, else the one that runs this host."""
    folder = options.get("virtualenv")
    if isinstance(folder, str) and folder:
        python = root / folder / "bin" / "python"
        if python.exists():
            return str(python)
    return sys.executable


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program: this host's own PYTHONPATH entry is not for it."""
    entries = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    entries = [entry for entry in entries if Path(entry) != ROOT]
    rest = {key: value for key, value in environment.items() if key != "PYTHONPATH"}
    return {**rest, **({"PYTHONPATH": os.pathsep.join(entries)} if entries else {})}


class Children:
    """The programs that run now, so that none of them outlives the host."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def start(
        self, command: list[str], *, cwd: str, environment: dict[str, str], capture: bool
    ) -> subprocess.Popen[bytes]:
        """Start a program with a pipe as its input; call `finish` when it has ended."""
        output = subprocess.PIPE if capture else None
        process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=output
        )
        with self._lock:
            self._running.add(process)
        return process

    def finish(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for the program and forget it."""
        code = process.wait()
        with self._lock:
            self._running.discard(process)
        return code

    def interrupt(self) -> None:
        """Ask all programs to end, as Ctrl-C does; they have GRACE seconds."""
        with self._lock:
            running = list(self._running)
        for process in running:
            _interrupt(process)

    def end(self) -> None:
        """End all programs and wait until they are gone."""
        self.interrupt()
        deadline = time.monotonic() + GRACE
        with self._lock:
            running = list(self._running)
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        timer = threading.Timer(GRACE, lambda: process.poll() is None and process.kill())
        timer.daemon = True
        timer.start()


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """The protocol's LanguageRuntime."""

    def __init__(self, engine: str, children: Children) -> None:
        self.engine = engine
        self.children = children

    def Handshake(self, request: Any, context: Any) -> Any:
        self.engine = request.engine_address
        return pb.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def About(self, request: Any, context: Any) -> Any:
        return pb.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        return pb.GetRequiredPackagesResponse()  # plugins are found on PATH

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        return pb.GetRequiredPluginsResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        return pb.GetProgramDependenciesResponse()

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        return pb.RuntimeOptionsResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        yield from ()

    def Cancel(self, request: Any, context: Any) -> Any:
        self.children.interrupt()
        return empty_pb2.Empty()

    def Run(self, request: Any, context: Any) -> Any:
        """Run the program to its end; the engine ends the call to interrupt it."""
        info = request.info
        work = {
            "entry": str(Path(info.program_directory, info.entry_point)),
            "folder": info.program_directory,
            "pwd": request.pwd,
            "args": list(request.args),
            "config": dict(request.config),
            "secret_keys": list(request.configSecretKeys),
            "settings": {
                "monitor": request.monitor_address,
                "engine": self.engine,
                "project": request.project,
                "stack": request.stack,
                "parallel": request.parallel,
                "dry_run": request.dryRun,
                "organization": request.organization or "organization",
                "root_directory": info.root_directory,
            },
        }
        process = self.children.start(
            [interpreter(Path(info.root_directory), decode(info.options)), "-u", str(PROGRAM), "run"],
            cwd=request.pwd,
            environment=child_environment(os.environ),
            capture=False,
        )
        context.add_callback(lambda: _interrupt(process))
        _write(process, json.dumps(work).encode())  # not by environment: it holds secrets and has a limit
        code = self.children.finish(process)
        if code == REPORTED:
            return pb.RunResponse(bail=True)
        return pb.RunResponse(error=f"the program ended with code {code}" if code else "")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """Run a policy pack, or another plugin written in Python, and pass on what it prints."""
        folder = request.info.program_directory
        python = interpreter(Path(request.info.root_directory or folder), decode(request.info.options))
        if request.kind == "analyzer":
            command, cwd = [str(PROGRAM), "module", "pulumi.policy", *request.args, folder], folder
        else:
            command, cwd = [folder, *request.args], request.pwd
        environment = dict(entry.split("=", 1) for entry in request.env)
        process = self.children.start(
            [python, "-u", *command],
            cwd=cwd,
            environment=child_environment({**os.environ, **environment}),
            capture=True,
        )
        context.add_callback(lambda: _interrupt(process))
        _write(process, b"")
        for name, chunk in _output(process):
            if name == "stdout":
                yield pb.RunPluginResponse(stdout=chunk)
            else:
                yield pb.RunPluginResponse(stderr=chunk)
        yield pb.RunPluginResponse(exitcode=self.children.finish(process))


def _write(process: subprocess.Popen[bytes], data: bytes) -> None:
    assert process.stdin is not None  # noqa: S101  (it was started with a pipe)
    try:
        process.stdin.write(data)
        process.stdin.close()
    except BrokenPipeError:
        pass  # it ended at once; its exit code tells


def _output(process: subprocess.Popen[bytes]) -> Iterator[tuple[str, bytes]]:
    """What the process prints, as (stream, bytes), until it has closed both streams."""
    queue: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
    streams = {"stdout": process.stdout, "stderr": process.stderr}

    def pump(name: str, stream: IO[bytes]) -> None:
        while chunk := os.read(stream.fileno(), 1 << 16):
            queue.put((name, chunk))
        queue.put((name, b""))

    for name, stream in streams.items():
        assert stream is not None  # noqa: S101  (it was started with pipes)
        threading.Thread(target=pump, args=(name, stream), daemon=True).start()
    still_open = len(streams)
    while still_open:
        name, chunk = queue.get()
        if chunk:
            yield name, chunk
        else:
            still_open -= 1


def main() -> None:
    """Serve the engine until it is done."""
    children = Children()
    host = Host(sys.argv[-1] if len(sys.argv) > 1 else "", children)
    serve(
        lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server),
        workers=32,
        at_exit=children.end,
    )


if __name__ == "__main__":
    main()
