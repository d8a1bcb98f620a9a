"""`python -m benchmarks.state`: the state on S3: how often a first up writes it, how much, and what that takes."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.counted_s3 import BUCKET, running, written
from benchmarks.made_up import registry_text
from benchmarks.measure import Measured, measure
from benchmarks.program import Program
from rehearsal.engine import Engine
from rehearsal.progress import Progress
from rehearsal.tools import tool_table
from rehearsal.tools.toolbox import Found, Toolbox

_STACK = "bench"
_SIZES = (10, 100, 1_000)
_AT_EVERY_STEP = {"PULUMI_SKIP_CHECKPOINTS": "false"}
_GZIP = {"PULUMI_DIY_BACKEND_GZIP": "true"}
_MOST_AT_EVERY_STEP = 10
"""Plugins: with more, an up that writes its state at every step takes longer than anybody wants to measure."""


def state_lines(pulumi: Found, sizes: Sequence[int]) -> Iterator[str]:
    """The table of docs/benchmarks.md, line by line as it is measured."""
    yield "\n## The state on S3\n"
    yield "| plugins | state | written | first up | writes | bytes |\n| --- | --- | --- | --- | --- | --- |"
    for plugins in sizes:
        with tempfile.TemporaryDirectory() as folder:
            program = Program(Path(folder) / "program", stack=_STACK, pulumi=pulumi)
            program.configure("dev", {"naap:users": 50_000, "naap:monthlyBudgetUsd": None})
            program.set_registry(registry_text(plugins))
            engine = program.engine()
            empty = engine.state_file().read_text()
            for way, variables in ({"at the end": {}, "at every step": _AT_EVERY_STEP}).items():
                if variables and plugins > _MOST_AT_EVERY_STEP:
                    continue
                engine.state_file().write_text(empty)
                on_disk = _up(engine, variables)
                size = engine.state_file().stat().st_size
                yield f"| {plugins:,} | on disk, {size / 1e6:,.1f} MB | {way} | {on_disk.seconds:.1f} s | | |"
                for where, more in (("on S3", {}), ("on S3, gzip", _GZIP)):
                    yield f"| {plugins:,} | {where} | {way} | {_up_on_s3(engine, {**variables, **more})} |"


def _up_on_s3(engine: Engine, variables: Mapping[str, str]) -> str:
    with running() as address:
        backend = f"s3://{BUCKET}?endpoint={address}&disableSSL=true&s3ForcePathStyle=true&region=us-east-1"
        there = {"PULUMI_BACKEND_URL": backend, "AWS_ACCESS_KEY_ID": "-", "AWS_SECRET_ACCESS_KEY": "-", **variables}
        _pulumi(engine, there, "stack", "init", _STACK)
        written(address)
        took = _up(engine, there)
        writes, size = written(address)
    return f"{took.seconds:.1f} s | {writes:,} | {size / 1e6:,.1f} MB"


def _up(engine: Engine, variables: Mapping[str, str]) -> Measured:
    """In an account of its own, which has nothing yet."""
    with tempfile.TemporaryDirectory() as folder:
        mine = {**variables, "NAAP_ACCOUNT": f"{folder}/account.sqlite"}
        return _pulumi(engine, mine, "up", "--yes", "--skip-preview", "--stack", _STACK, "--parallel=32")


def _pulumi(engine: Engine, variables: Mapping[str, str], *arguments: str) -> Measured:
    command = [str(engine.pulumi.path), *arguments, "--non-interactive"]
    return measure(command, folder=engine.project.folder, environment={**engine.environment, **variables})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.state", description=__doc__)
    parser.add_argument("--plugins", type=int, nargs="*", default=_SIZES)
    chosen: list[int] = parser.parse_args().plugins
    for line in state_lines(Toolbox(Progress(sys.stderr)).get([tool_table.CLI])["pulumi"], chosen):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
