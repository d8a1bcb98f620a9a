"""File systems of Debian's packages, in which the programs of images run: unpacked, with what installing would add."""

import subprocess
from pathlib import Path

from rehearsal.live.images.archive import Layer
from rehearsal.tools.debian import Package, unpacked

SUITE = "trixie"
SHELL = Package(name="shell-root", suite=SUITE, packages=("busybox-static", "libstdc++6"), programs="")
"""A C library, that of C++, and a shell: enough for what brings the rest itself."""
POSTGRES_CLIENT = Package(
    name="postgres-client-root", suite=SUITE, packages=("postgresql-client-17", "busybox-static"), programs=""
)
PGBOUNCER = Package(
    name="pgbouncer-root",
    suite="forky",  # as images/pgbouncer
    packages=("pgbouncer", "coreutils", "dash", "grep", "sed", "sysvinit-utils"),
    programs="",
)
_PYTHON = ("python3", "python3-minimal", "python3.13", "python3.13-minimal")
PYTHON = Package(name="python-root", suite=SUITE, packages=_PYTHON, programs="")
AWS_CLI = Package(
    name="aws-cli-root",
    suite=SUITE,
    packages=(
        *_PYTHON,
        "awscli",
        "busybox-static",
        "docutils-common",
        "openssl-provider-legacy",
        *(
            f"python3-{name}"
            for name in (
                "awscrt",
                "bcrypt",
                "cffi-backend",
                "colorama",
                "cryptography",
                "dateutil",
                "distro",
                "docutils",
                "jmespath",
                "prompt-toolkit",
                "pyasn1",
                "roman",
                "ruamel.yaml",
                "ruamel.yaml.clib",
                "six",
                "urllib3",
                "wcwidth",
                "zipp",
            )
        ),
    ),
    programs="",
)
TRUST_STORE = "/etc/ssl/certs/ca-certificates.crt"
"""Where programs find the authorities that they trust; each container has the rehearsal's there."""
_FILES = {
    "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
    "etc/group": b"root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": b"hosts: files dns\n",
}
_FOLDERS = {"tmp": 0o1777, "var/tmp": 0o1777, "run": 0o755, "root": 0o700, "etc/ssl/certs": 0o755}


def debian_root(package: Package) -> Layer:
    """The layer. Raises NoPackagesError where the packages can't be had."""
    root = unpacked(package)
    links = {name: f"usr/{name}" for name in ("bin", "sbin", "lib", "lib64")}
    busybox = root / "usr/bin/busybox"
    if busybox.exists():
        applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
        links |= {f"usr/bin/{name}": busybox.name for name in applets}
    elif (root / "usr/bin/dash").exists():
        links["usr/bin/sh"] = "dash"
    links["usr/lib/ssl/cert.pem"] = TRUST_STORE
    links = {name: target for name, target in links.items() if not _there(root / name)}
    files = {name: text for name, text in _FILES.items() if not (root / name).exists()}
    return Layer(trees={"": root}, files=files, links=links, folders=_FOLDERS)


def _there(path: Path) -> bool:
    return path.is_symlink() or path.exists()
