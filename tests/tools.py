"""Programs that only tests run: the gateway's, and what else judges rules, objects and workflows."""

from rehearsal.tools.tool_table import ENVOY_GATEWAY, GoBuild, Release, Tool

RATELIMIT = "1.4.1"  # its project tags no releases: the commit behind the image that Envoy Gateway pins
PROMETHEUS = "3.13.5"

GATEWAY = (
    Tool(
        name="envoy-gateway",
        version=ENVOY_GATEWAY,
        at_least=(1, 9, 1),
        below=(1, 10, 0),
        ask=("version",),
        release=None,
        build=GoBuild(
            module="envoy-gateway",
            package="github.com/envoyproxy/gateway/cmd/envoy-gateway",
            seconds=350,
            ldflags={"github.com/envoyproxy/gateway/internal/cmd/version.envoyGatewayVersion": f"v{ENVOY_GATEWAY}"},
        ),
    ),
    Tool(
        name="render-chart",
        version=ENVOY_GATEWAY,
        at_least=(1, 9, 1),
        below=(1, 10, 0),
        release=None,
        build=GoBuild(
            module="envoy-gateway", package="./render-chart", seconds=15, ldflags={"main.version": ENVOY_GATEWAY}
        ),
    ),
    Tool(
        name="ratelimit",
        version=RATELIMIT,
        at_least=(1, 4, 1),
        below=(1, 5, 0),
        release=None,
        build=GoBuild(module="ratelimit", package=".", seconds=60, ldflags={"main.version": RATELIMIT}),
    ),
)
"""What the tests of the gateway run besides; no rehearsal waits for it."""

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
        seconds=180,
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
    _peer("kube-score", "github.com/zegl/kube-score", "1.20.0", 75, "version"),
    _peer("kubeconform", "github.com/yannh/kubeconform", "0.8.0", 20, "-v"),
)
"""What else judges Kubernetes objects: only the tests run them, beside the policy pack. Their seconds are estimates."""

ACTIONLINT = Tool(
    name="actionlint",
    version="1.7.12",
    at_least=(1, 7, 12),
    below=(1, 8, 0),
    ask=("-version",),
    release=None,
    build=GoBuild(module="actionlint", package="github.com/rhysd/actionlint/cmd/actionlint", seconds=20),
)
"""What judges the workflows of continuous integration: only their tests run it."""
