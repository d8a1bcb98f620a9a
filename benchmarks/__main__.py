"""The command `python -m benchmarks`: prints the tables of docs/benchmarks.md, as measured on this machine now."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.database import database_lines
from benchmarks.engine import STEPS, Bench, Compared, cores, import_seconds
from benchmarks.gateway import print_gateway
from benchmarks.planning import measure_planning
from benchmarks.policies import policy_lines
from rehearsal.progress import Progress
from rehearsal.tools import tool_table
from rehearsal.tools.toolbox import Toolbox

SIZES = (10, 100, 1_000)
MOST_ROUNDS = 5
"""Of a small size, whose steps take seconds and vary by a tenth or more; 100 plugins get three, 1,000 get one."""


def main() -> int:
    """Measures planning, then the engine with each size, smallest first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--plugins", type=int, nargs="*", default=SIZES, help="sizes of the registry to measure")
    sizes: list[int] = parser.parse_args().plugins
    # As on a machine where nobody set it: a program that is compiled anew in each step is not what is measured.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print("## Planning, without an engine\n")
    print("| plugins | reading | planning | cost | peak memory |\n| --- | --- | --- | --- | --- |")
    for size in sizes:
        row = measure_planning(size)
        print(
            f"| {size:,} | {row.read_seconds:.2f} s | {row.plan_seconds:.2f} s | {row.cost_seconds:.2f} s "
            f"| {row.peak_mib:.0f} MiB |"
        )
    print(f"\n## Under the engine, {cores()} cores\n")
    print("| plugins | resources | step | ours | bare | ratio | ours, peak | bare, peak |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    pulumi = Toolbox(Progress(sys.stderr)).get([tool_table.CLI])["pulumi"]
    found: list[Compared] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            compared = Bench(Path(folder), pulumi).compare(size, rounds=_rounds(size))
        found.append(compared)
        _print_steps(compared)
    print(f"\nOf ours, {import_seconds():.1f} s of each step are imports that the bare program does not have.")
    print("\n## Adding one plugin\n\n| to | up | changes |\n| --- | --- | --- |")
    for compared in found:
        changes = ", ".join(f"{count} {kind}" for kind, count in sorted(compared.added_changes.items()))
        print(f"| {compared.plugins:,} | {compared.added.seconds:.1f} s | {changes} |", flush=True)
    print("\n## Deploying one plugin\n\n| of | preview and update |\n| --- | --- |")
    for compared in found:
        print(f"| {compared.plugins:,} | {compared.deployed:.1f} s |", flush=True)
    for line in policy_lines(pulumi):
        print(line, flush=True)
    print_gateway()
    for line in database_lines():
        print(line, flush=True)
    return 0


def _rounds(size: int) -> int:
    """About as much work for each size."""
    return max(1, min(MOST_ROUNDS, 300 // max(1, size)))


def _print_steps(compared: Compared) -> None:
    for step in STEPS:
        ours, bare = compared.ours[step], compared.bare[step]
        print(
            f"| {compared.plugins:,} | {compared.resources:,} | {step} | {ours.seconds:.1f} s | {bare.seconds:.1f} s "
            f"| {ours.seconds / bare.seconds:.2f} | {ours.peak_mib:.0f} MiB | {bare.peak_mib:.0f} MiB |",
            flush=True,
        )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)
