"""The programs of the peers, built in their published Go modules, with the versions that those state."""

from functools import partial
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.control_plane.crds import Source, download
from rehearsal.progress import Progress
from rehearsal.tools import go_toolchain
from rehearsal.tools.tool_table import KUBERNETES, GoBuild, Release, Tool
from rehearsal.tools.toolbox import Toolbox

HELM = Source(
    name="helm",
    module="helm.sh/helm/v4",
    version="4.3.2",
    checksum="h1:zdd8DgKTlLrlYIzdoAntDHLH0V3RkgNIpQ3yjzuD84M=",
    folder="cmd/helm",
    files=(),
)
TOFU = Source(
    name="tofu",
    module="github.com/opentofu/opentofu",
    version="1.12.6",
    checksum="h1:0VT4P8pMmGcCUnQ9JDrJ+Qg2d35Vzm4FFd/9+H7oF98=",
    folder="cmd/tofu",
    files=(),
)
TOFU_PROVIDER = Source(
    name="terraform-provider-kubectl",
    module="github.com/gavinbunney/terraform-provider-kubectl",
    version="1.19.0",
    checksum="h1:uqqh4oSPHS9+0zCyQlGCyCjMHHrvNz6Bfz3GfdzwB74=",
    folder=".",
    files=(),
)
"""kubectl_manifest, which many take instead of kubernetes_manifest. HashiCorp's own provider is no Go module:
its versions after 1.13, of 2021, bear the path of the first. 1.13 knows no custom resources.
"""

KUBECTL = Tool(
    name="kubectl",
    version=KUBERNETES,
    at_least=(1, 35, 0),
    below=(1, 38, 0),  # one minor version from the API server's, to both sides
    ask=("version", "--client"),
    release=Release(
        url=f"https://dl.k8s.io/v{KUBERNETES}/bin/{{os}}/{{arch}}/kubectl",
        checksums=f"https://dl.k8s.io/v{KUBERNETES}/bin/{{os}}/{{arch}}/kubectl.sha256",
        folder=None,
    ),
    build=GoBuild(
        module="kubernetes",
        package="k8s.io/kubernetes/cmd/kubectl",
        seconds=40,
        ldflags={"k8s.io/component-base/version.gitVersion": f"v{KUBERNETES}"},
    ),
)


def built(source: Source, toolbox: Toolbox, progress: Progress) -> Path:
    """The program, from the cache once it is built. Raises RehearsalError."""
    make = partial(_build, source, toolbox, progress)
    return toolbox.cache.get(source.name, source.version, make) / source.name


def _build(source: Source, toolbox: Toolbox, progress: Progress, target: Path) -> None:
    folder, program = download(source, toolbox, progress), target / source.name
    go = go_toolchain.find(go_toolchain.needed(folder / "go.mod"), toolbox.cache, progress)
    flags = ["-gcflags=all=-dwarf=false", "-ldflags=-s -w"]
    with progress.task(f"Building {source.name} {source.version}", "once, minutes"):
        said = toolbox.builder.run([str(go), "build", *flags, "-o", str(program), f"./{source.folder}"], folder)
    if not program.is_file():
        raise RehearsalError(f"{source.name} {source.version} could not be built: {said.strip()[-400:]}")
