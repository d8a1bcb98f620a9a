"""A node's file system: what a kubelet needs besides, unpacked from Debian's packages. Nothing is installed."""

from functools import partial
from pathlib import Path

from rehearsal.progress import Progress
from rehearsal.tools import debian
from rehearsal.tools.cache import Cache
from rehearsal.tools.debian import Package

ROOT = Package(
    name="node",
    suite="trixie",
    packages=(
        "busybox-static",
        "catatonit",
        "containerd",
        "containernetworking-plugins",
        "ipset",
        "iptables",
        "mount",
        "nftables",
        "runc",
        "util-linux",
    ),
    programs="",
    version="2",
)
_IPTABLES = "usr/sbin/xtables-nft-multi"
_LINKS = {
    **{name: f"usr/{name}" for name in ("bin", "sbin", "lib", "lib64")},
    "usr/bin/sh": "busybox",
    **{f"usr/sbin/{name}{part}": Path(_IPTABLES).name for name in ("iptables", "ip6tables") for part in ("", "-save")},
}
"""What Debian's installation scripts would make."""
_PROGRAMS = {
    f"usr/sbin/{name}-restore": f"""#!/bin/sh
# What a policy doesn't allow is dropped, as AWS's agent has it, and not refused, as kube-router would: until a policy
# knows the address of a new pod, a client that waits a moment comes through.
busybox sed 's/ -j REJECT.*/ -j DROP/' | {Path(_IPTABLES).name} {name}-restore "$@"
"""
    for name in ("iptables", "ip6tables")
}
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    # Empty, and no way out: containerd would else ask a registry.
    "etc/resolv.conf": "",
}
_FOLDERS = ("dev", "etc", "proc", "root", "run", "sys", "tmp", "var/lib", "var/log", "var/tmp")


def get(cache: Cache, progress: Progress) -> Path:
    """The file system, unpacked once. Raises RehearsalError where it can't be had."""
    return cache.get("node-root", f"{ROOT.suite}-{ROOT.version}", partial(_make, progress))


def _make(progress: Progress, target: Path) -> None:
    with progress.task("a node's file system of Debian packages", "unpacked once; about 20 s"):
        debian.unpack(ROOT, target)
        for name in _FOLDERS:
            (target / name).mkdir(parents=True, exist_ok=True)
        for name, content in _FILES.items():
            (target / name).write_text(content)
        for name, content in _PROGRAMS.items():
            (target / name).unlink(missing_ok=True)
            (target / name).write_text(content)
            (target / name).chmod(0o755)
        for name, to in _LINKS.items():
            if not (target / name).is_symlink():
                (target / name).symlink_to(to)
