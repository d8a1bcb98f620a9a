"""Namespaces of Linux, in which a cluster has addresses and ports of its own, and which end it with all it started."""

import os
import subprocess
from collections.abc import Sequence

INSIDE = "NAAP_CLUSTER_INSIDE"
"""Variable that is set in there: what who went in hands over."""

_ENTER = (
    *("setpriv", "--pdeathsig", "KILL"),  # ends with who started it, however that ends
    *("unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
)


def entering(command: Sequence[str]) -> list[str]:
    """The command line that runs a command in there, as root of nothing but its own; needs no rights out here."""
    return [*_ENTER, *command]


def inside() -> bool:
    """Whether this process is in there."""
    return INSIDE in os.environ


def refusal() -> str | None:
    """Why nobody can go in on this machine; None where one can."""
    try:
        done = subprocess.run(entering(["true"]), capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        return f"{error.filename} is needed (Linux, util-linux)"
    return done.stderr.strip()[-200:] or "namespaces are refused here" if done.returncode else None
