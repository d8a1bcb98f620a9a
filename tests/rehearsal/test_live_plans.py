"""Live nodes before anything runs: how many, how large, where; what refuses; images."""

import ipaddress
import json
import os
import platform
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from planning.network.addresses import region_addresses
from rehearsal import RehearsalError
from rehearsal.live import machine
from rehearsal.live.images.archive import Layer, write
from rehearsal.live.machine import Machine
from rehearsal.live.network import addresses
from rehearsal.live.node import cgroups, configuration
from rehearsal.live.nodes import live_nodes
from rehearsal.progress import Progress
from stack.plan import load_plan

ROOT = Path(__file__).resolve().parents[2]
LARGE = Machine(cpus=16, memory_mib=65_536, free_mib=60_000)


def test_nodes_say_what_an_instance_of_the_tier_has_for_pods() -> None:
    plan = load_plan("dev", ROOT)
    found = live_nodes(plan.home, plan.tier, LARGE)

    assert found.factor == 1
    assert len(found.nodes) == found.planned == 4
    assert {node.most_pods for node in found.nodes} == {27}
    assert {node.reserved["cpu"] for node in found.nodes} == {f"{16_000 - 1_930}m"}


def test_a_machine_that_has_less_than_an_instance_is_all_that_each_node_says() -> None:
    plan = load_plan("prod", ROOT, users=100_000)
    found = live_nodes(plan.home, plan.tier, replace(LARGE, cpus=2, memory_mib=8_192))

    assert len(found.nodes) == 6
    assert found.factor == pytest.approx(2_000 / 7_910)
    assert found.overcommitted == pytest.approx(6)
    assert {node.reserved["cpu"] for node in found.nodes} == {"0m"}


@pytest.mark.parametrize(("allowed", "then"), [(128, 1_024), (8_192, 8_192)])
def test_a_limit_at_which_kubelets_end_is_raised_and_told_and_a_higher_one_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], allowed: int, then: int
) -> None:
    limit = tmp_path / "max_user_instances"
    limit.write_text(f"{allowed}\n")
    machine.allow_watchers(Progress(sys.stderr), limit)

    assert int(limit.read_text()) == then
    assert ("fs.inotify.max_user_instances is 1,024 now, and was 128" in capsys.readouterr().err) == (allowed != then)


def test_nodes_and_pods_have_addresses_of_their_own_in_the_private_subnet_of_their_zone() -> None:
    private = [ipaddress.ip_network(subnet.private) for subnet in region_addresses("us-east-1").subnets]
    places = [addresses.place("us-east-1", number) for number in range(6)]

    taken = {addresses.hub("us-east-1"), *(place.address for place in places)}
    assert len(taken) == 7
    ranges = [ipaddress.ip_network(place.pods) for place in places]
    for number, place in enumerate(places):
        assert ipaddress.ip_address(place.address) in private[number % 3]
        assert ranges[number].subnet_of(private[number % 3])  # pyright: ignore[reportArgumentType]  # both are IPv4
        assert not any(ipaddress.ip_address(address) in ranges[number] for address in taken)
    assert not any(one.overlaps(other) for one in ranges for other in ranges if one != other)


def test_a_machine_that_can_not_run_nodes_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    with pytest.raises(RehearsalError, match=r"Linux's own.*This is Darwin.*naap up"):
        machine.check(Path("/tmp/x"))  # noqa: S108  # a short path


def test_everything_that_is_missing_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RehearsalError) as refused:
        machine.check(Path("/x" * 60))
    assert all(word in str(refused.value) for word in ("need root", "iproute2", "util-linux", "107 bytes"))


def test_containers_see_files_that_they_can_not_write() -> None:
    spec = configuration.runtime_spec({"mounts": [{"destination": "/proc"}]}, {"/etc/ssl/x.pem": "/var/x.pem"})
    assert [mount["destination"] for mount in spec["mounts"]] == ["/proc", "/etc/ssl/x.pem"]
    assert "ro" in spec["mounts"][1]["options"]


def test_an_image_of_the_same_files_is_the_same_whatever_their_times_and_owners(tmp_path: Path) -> None:
    layer = Layer(
        trees={"usr": tmp_path / "tree"},
        files={"bin/x": b"#!/bin/sh\n"},
        links={"sbin": "bin"},
        folders={"tmp": 0o1777},
    )
    (tmp_path / "tree" / "bin").mkdir(parents=True)
    for number in (1, 2):
        (tmp_path / "tree" / "bin" / "tool").write_text("tool")
        write(tmp_path / f"{number}.tar", "registry.example/x:1", [layer], {"Cmd": ["x"]})

    assert (tmp_path / "1.tar").read_bytes() == (tmp_path / "2.tar").read_bytes()
    with tarfile.open(tmp_path / "1.tar") as tar:
        (file,) = [name for name in tar.getnames() if name == "index.json"]
        index = json.loads((tar.extractfile(file) or pytest.fail("no index")).read())
        (entry,) = index["manifests"]
        assert entry["annotations"]["io.containerd.image.name"] == "registry.example/x:1"
        members = [name for name in tar.getnames() if name.startswith("blobs/sha256/")]
    assert len(members) == 3  # layer, configuration, manifest


def tree(folder: Path, **files: str) -> Path:
    """A root of control groups of version 2, as the kernel shows it."""
    stated = {"controllers": "cpuset cpu io memory hugetlb pids", "subtree_control": "", "procs": "", **files}
    for name, content in stated.items():
        (folder / f"cgroup.{name}").write_text(content)
    return folder


def test_a_machine_s_own_root_of_version_2_limits_whatever_runs_in_it(tmp_path: Path) -> None:
    assert cgroups.unified_refusal(tree(tmp_path, procs="1\n2\n")) is None


def test_a_container_s_root_of_version_2_limits_nothing_while_processes_are_in_it(tmp_path: Path) -> None:
    refused = cgroups.unified_refusal(tree(tmp_path, type="domain", procs="1\n2\n"))
    assert refused
    assert "--cgroupns=host" in refused
    assert cgroups.unified_refusal(tree(tmp_path, type="domain", procs="")) is None
    assert cgroups.unified_refusal(tree(tmp_path, procs="1\n", subtree_control="cpuset cpu memory pids")) is None


def test_a_controller_of_version_2_that_is_missing_is_named(tmp_path: Path) -> None:
    assert "memory" in (cgroups.unified_refusal(tree(tmp_path, controllers="cpuset cpu io pids")) or "")


def test_what_a_group_of_version_2_may_limit_is_named_in_all_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroups, "_ROOT", tree(tmp_path))
    made = tmp_path / "naap" / "node"
    made.mkdir(parents=True)
    for folder in (made.parent, made):
        tree(folder)
    (made / "system").mkdir()
    cgroups.make("/naap/node")

    for folder in (tmp_path, made.parent, made):
        assert (folder / "cgroup.subtree_control").read_text() == "+pids"  # each in a write of its own, pids last
    assert (made / "system" / "cgroup.procs").read_text() == str(os.getpid())
    assert configuration.containerd().count("disable_hugetlb_controller = false") == 1
