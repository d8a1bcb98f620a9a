"""Programs that only tests run: what else judges rules, objects and workflows.

`python -m tests.tools` gets them, the rehearsal's and the gateway's at once: what they share is compiled once.
"""

import sys

from rehearsal import RehearsalError
from rehearsal.live import gateway
from rehearsal.progress import Progress
from rehearsal.tools import tool_table
from rehearsal.tools.tool_table import GoBuild, Release, Tool
from rehearsal.tools.toolbox import Toolbox

PROMETHEUS = "3.13.5"

PROMTOOL = Tool(
    name="promtool",
    version=PROMETHEUS,
    at_least=(3, 5, 0),
    below=(4, 0, 0),
    release=Release(
        url=f"https://github.com/prometheus/prometheus/releases/download/v{PROMETHEUS}/"
        f"prometheus-{PROMETHEUS}.{{os}}-{{arch}}.tar.gz",
        checksums=f"https://github.com/prometheus/prometheus/releases/download/v{PROMETHEUS}/sha256sums.txt",
        folder=f"prometheus-{PROMETHEUS}.{{os}}-{{arch}}",
    ),
    build=GoBuild(
        module="prometheus",
        package="github.com/prometheus/prometheus/cmd/promtool",
        seconds=25,
        ldflags={"github.com/prometheus/common/version.Version": PROMETHEUS},
        # Without the clients of every cloud that Prometheus can discover targets in.
        tags=("remove_all_sd",),
    ),
)
"""What the tests of rules run; no rehearsal waits for it."""


def _peer(name: str, module: str, version: str, seconds: int, ask: str) -> Tool:
    numbers = [int(part) for part in version.split(".")]
    return Tool(
        name=name,
        version=version,
        at_least=(numbers[0], numbers[1], 0),
        below=(numbers[0], numbers[1] + 1, 0),
        ask=(ask,),
        release=None,
        build=GoBuild(module=name, package=f"{module}/cmd/{name}", seconds=seconds, ldflags={"main.version": version}),
    )


PEERS = (
    _peer("kube-score", "github.com/zegl/kube-score", "1.20.0", 20, "version"),
    _peer("kubeconform", "github.com/yannh/kubeconform", "0.8.0", 10, "-v"),
)
"""What else judges Kubernetes objects: only the tests run them, beside the policy pack."""

ACTIONLINT = Tool(
    name="actionlint",
    version="1.7.12",
    at_least=(1, 7, 12),
    below=(1, 8, 0),
    ask=("-version",),
    release=None,
    build=GoBuild(module="actionlint", package="github.com/rhysd/actionlint/cmd/actionlint", seconds=5),
)
"""What judges the workflows of continuous integration: only their tests run it."""

if __name__ == "__main__":
    try:
        Toolbox(Progress(sys.stderr)).get(
            (*tool_table.ALL, *tool_table.LIVE, *gateway.TOOLS, PROMTOOL, *PEERS, ACTIONLINT)
        )
    except RehearsalError as error:
        sys.exit(str(error))
