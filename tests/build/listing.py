"""Every resource of dev and prod at each tier, by URN, with the inputs that it gets: what moving code must not change.

python -m tests.build.listing                   writes tests/build/listing.yaml anew
python -m tests.build.listing --against REV     says what differs from a revision, resource by resource
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.build.environments import ROOT, Environment, build, plan
from tests.components.recording import Recorded

FILE = Path(__file__).with_name("listing.yaml")
USERS = (1_000, 10_000, 50_000, 100_000)
ENVIRONMENTS = tuple(Environment(users=users, production=prod) for prod in (False, True) for users in USERS)

Listing = Mapping[str, Mapping[str, Any]]
"""Inputs by URN; a secret as its mask."""


def list_resources(environment: Environment) -> Listing:
    """What the program registers for an environment."""
    with tempfile.TemporaryDirectory() as folder:
        return listing_of(build(plan(environment, Path(folder))).records)


def listing_of(records: Iterable[Recorded]) -> Listing:
    """The same of what was registered."""
    return {record.urn: record.shown for record in records}


def digests(listing: Listing) -> dict[str, str | int]:
    """How many resources there are, and a digest of their URNs and of the whole."""
    urns, whole = "\n".join(sorted(listing)), json.dumps(listing, sort_keys=True, default=str)
    return {"resources": len(listing), "urns": _digest(urns), "inputs": _digest(whole)}


def differences(before: Listing, after: Listing) -> Iterator[str]:
    """A line for each resource that comes, goes, or gets other inputs, with the names of these."""
    for urn in sorted({*before, *after}):
        if urn not in after:
            yield f"- {urn}"
        elif urn not in before:
            yield f"+ {urn}"
        elif changed := [key for key in {**before[urn], **after[urn]} if before[urn].get(key) != after[urn].get(key)]:
            yield f"~ {urn}: {', '.join(sorted(changed))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _name(environment: Environment) -> str:
    return f"{environment.stack}-{environment.users}"


def _of_revision(revision: str) -> Mapping[str, Listing]:
    """Listings of another revision, made by its own code in a worktree of its own."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(place), revision], check=True)
        try:
            command = [sys.executable, "-m", "tests.build.listing", "--json"]
            return json.loads(subprocess.run(command, cwd=place, check=True, capture_output=True, text=True).stdout)
        finally:
            subprocess.run([*git, "remove", "--force", str(place)], check=True)


def main() -> int:
    """1: against a revision, something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.build.listing", description=__doc__)
    parser.add_argument("--against", metavar="REV")
    parser.add_argument("--json", action="store_true", help="print all of it")
    options = parser.parse_args()
    listings = {_name(environment): list_resources(environment) for environment in ENVIRONMENTS}
    if options.json:
        print(json.dumps(listings, default=str))  # noqa: T201  # a command's answer
        return 0
    if options.against is None:
        FILE.write_text(yaml.safe_dump({name: digests(listing) for name, listing in listings.items()}, sort_keys=False))
        return 0
    found = 0
    for name, before in _of_revision(options.against).items():
        for line in differences(before, json.loads(json.dumps(listings[name], default=str))):
            print(f"{name}  {line}")  # noqa: T201  # a command's answer
            found = 1
    return found


if __name__ == "__main__":
    sys.exit(main())
