"""The command `python -m benchmarks.provisioners`: what else makes Kubernetes objects, beside our program.

The same objects of 100 plugins, each way in an API server of its own. A peer that can't be had here is left out, and
that is said.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks.engine import cores
from benchmarks.measure import middle
from benchmarks.provisioners.rounds import OURS, PREVIEW, UP, Rounds


def print_provisioners(plugins: int) -> None:
    """Measures and prints the table."""
    with tempfile.TemporaryDirectory(prefix="naap-provisioners-") as folder:
        rounds = Rounds(Path(folder), plugins)
        rounds.run()
    print(f"\n## Peers of the program: {plugins} plugins, {len(rounds.objects):,} Kubernetes objects\n")
    print(f"Ours makes {rounds.resources:,} resources, these objects among them. {_rounds(rounds)}, {cores()} cores.\n")
    print("| way | preview | CPU | first up | CPU | pods are ready after | the control plane's CPU | peak memory |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for way, steps in rounds.results.items():
        preview, up = middle(steps[PREVIEW]), middle(steps[UP])
        ready = up.seconds + statistics.median(rounds.waited[way])
        seconds = (preview.seconds, preview.cpu_seconds, up.seconds, up.cpu_seconds, ready)
        columns = [f"{each:.1f} s" for each in (*seconds, statistics.median(rounds.served[way]))]
        print(f"| {way} | {' | '.join(columns)} | {max(preview.peak_mib, up.peak_mib):,.0f} MiB |")
    for name, reason in rounds.left_out.items():
        print(f"\n{name} is left out: {reason}")


def _rounds(rounds: Rounds) -> str:
    count = len(rounds.results[OURS][UP])
    return "One round" if count == 1 else f"Medians of {count} rounds"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.provisioners", description=__doc__)
    parser.add_argument("--plugins", type=int, default=100)
    print_provisioners(parser.parse_args().plugins)
