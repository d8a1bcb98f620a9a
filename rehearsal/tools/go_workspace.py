"""The Go workspace of rehearsal/go: one set of dependencies, and without what no rehearsal calls."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.tools import go_toolchain

Run = Callable[[list[str], Path, dict[str, str]], str]
"""Of a command in a folder, with more in its environment: its output."""

FILE = go_toolchain.MODULES / "go.work"
TRIMMED = go_toolchain.MODULES / "trimmed"
TRIMMED_MODULES = ("github.com/pulumi/pulumi/pkg/v3", "gocloud.dev", "k8s.io/apiserver", "k8s.io/kubernetes")
"""Modules in whose copies the packages and files of rehearsal/go/trimmed take the place of their own. Pulumi links the
clients of every cloud, Kubernetes what its authors' tests share: together a quarter of the compiler's time. Go lets no
build replace a file of its module cache."""


def modules() -> frozenset[str]:
    """The modules of rehearsal/go that are part of it; any other is built by itself."""
    return frozenset(re.findall(r"^\t\./(\S+)$", FILE.read_text(), re.MULTILINE))


def make(go: Path, run: Run, folder: Path) -> Path:
    """Write the workspace, and what it has trimmed, into an empty folder; returns its file. Raises RehearsalError."""
    replaced = {module: folder / module for module in TRIMMED_MODULES}
    for module, target in replaced.items():
        _copy(_download(go, run, module), target)
        for stub in sorted((TRIMMED / module).rglob("*.go")):
            _put(stub, target / stub.relative_to(TRIMMED / module))
    text = re.sub(r"^\t\./", f"\t{FILE.parent}/", FILE.read_text(), flags=re.MULTILINE)
    lines = [f"\t{module} => {target}\n" for module, target in replaced.items()]
    written = folder / FILE.name
    written.write_text(f"{text}\nreplace (\n{''.join(lines)})\n")
    shutil.copyfile(FILE.with_suffix(".work.sum"), written.with_suffix(".work.sum"))
    return written


def _download(go: Path, run: Run, module: str) -> Path:
    """The module's folder in Go's cache, checked against go.sum."""
    answer = run([str(go), "mod", "download", "-json", module], FILE.parent, {"GOWORK": str(FILE)})
    try:
        return Path(json.loads(answer[answer.index("{") :])["Dir"])
    except (ValueError, KeyError):
        raise RehearsalError(
            f"{module} can't be had: {answer.strip()[-500:]}\nMake a Go module proxy reachable (GOPROXY)."
        ) from None


def _copy(source: Path, target: Path) -> None:
    # The cache is for reading only, and most of it are tests.
    shutil.copytree(
        source, target, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("testdata", "*_test.go")
    )
    for folder, _, _ in os.walk(target):
        Path(folder).chmod(0o755)


def _put(stub: Path, place: Path) -> None:
    """A file called package.go is all of its package; any other takes the place of the file of its name."""
    replaced = list(place.parent.glob("*.go" if stub.name == "package.go" else stub.name))
    if not replaced:
        raise RehearsalError(f"{stub} stands in for nothing: this version has no such thing. Remove or move it.")
    for file in replaced:
        file.unlink()
    shutil.copyfile(stub, place)
