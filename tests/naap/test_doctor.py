"""`naap doctor`, with nobody to ask and with everybody."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from console.terminal import as_text
from doctor.examination import Sources
from doctor.facts.account import Account, Caller, ClusterEndpoint, HostedZone
from doctor.facts.image_registry import ImageRegistry, Login
from doctor.facts.network import Address, Network
from doctor.facts.resolver import CaaSet, Resolver
from doctor.facts.tools import Tools, Version
from doctor.finding import Result, Unanswered
from naap.doctor import answer, examined, stops
from naap.source import Source
from tests.naap.running import ROOT, refused

ALONE = ["unshare", "--user", "--map-root-user", "--net"]
"""A process that has no network at all, loopback neither; where the kernel lets people make such."""
SERVERS = ("ns-1.awsdns-01.org",)


class Everybody(Account):
    """An account in which all is well."""

    def caller(self, region: str) -> Caller:
        return Caller(account="111122223333", arn=f"arn:aws:iam::111122223333:user/ann-{region}")

    def zone(self, zone_id: str) -> HostedZone:
        return HostedZone(name="naap.example", servers=SERVERS, private=not zone_id)

    def quota(self, service: str, code: str, region: str) -> float:
        return 1e6 if service and code and region else 0

    def cost_tag(self, key: str) -> str:
        return {"Environment": "Active"}[key]

    def cluster(self, name: str, region: str) -> ClusterEndpoint:
        return ClusterEndpoint(url=f"https://{name}.{region}.example", public=False)


class Names(Resolver):
    """A delegated zone without CAA records."""

    def delegation(self, zone: str) -> tuple[str, ...]:
        return {"naap.example": SERVERS}[zone]

    def caa(self, name: str) -> CaaSet | Unanswered | None:
        return None if name else Unanswered(reason="no name")


class Images(ImageRegistry):
    """Has every image, for every platform."""

    def platforms(self, image: str, login: Login | None = None) -> frozenset[str] | None:
        return frozenset({"linux/arm64", "linux/amd64"}) if image and login is None else None


class Reaches(Network):
    """A machine inside of the VPC."""

    def connects(self, url: str) -> bool:
        return url.startswith("https://naap-")

    def own_address(self, service: str = "8.8.8.8") -> Address:
        return ip_address(service)


class Newest(Tools):
    """A machine with every program."""

    def version(self, name: str) -> Version:
        return {"pulumi": (3, 999, 0), "aws": (2, 99, 0), "kubectl": (1, 36, 9)}[name]


def _sources() -> Sources:
    return Sources(account=Everybody(), resolver=Names(), registry=Images(), network=Reaches(), tools=Newest())


def _doctor(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {"HOME": str(home)}
    alone = subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0
    nowhere = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), "http://127.0.0.1:9")
    return subprocess.run(
        [*(ALONE if alone else []), sys.executable, "-m", "naap", "doctor", *arguments],
        cwd=ROOT,
        env=kept if alone else kept | nowhere | {"AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        timeout=120,  # on a machine that has much else to do; by itself it takes seconds
        check=False,
    )


def test_without_credentials_and_network_what_needs_them_is_skipped_and_the_rest_is_said(tmp_path: Path) -> None:
    done = _doctor(tmp_path, "--stack", "prod", "--json")
    assert done.stderr == ""
    assert done.returncode == 1
    found = json.loads(done.stdout)["findings"]
    results = {one["check"]: one["result"] for one in found}
    reasons = {one["check"]: one["value"] for one in found}
    for check in ("operators", "hosted zone", "cost allocation tag", "quota"):
        assert (results[check], reasons[check]) == ("skipped", "no credentials")
    assert results["image platform"] == "skipped"
    assert results["image digest"] == "stops"
    assert results["root secret"] == "stops"
    assert all(one["rule"] for one in found)
    assert all(one["fix"] for one in found if one["result"] != "ok")


def test_a_stack_that_is_not_there_is_bad_input() -> None:
    assert "Pulumi.nowhere.yaml" in refused("doctor", "--stack", "nowhere")


def test_a_registry_gives_one_login_for_all_of_its_images() -> None:
    asked: list[str] = []

    class Asked(Everybody):
        def image_login(self, registry: str) -> Login | None:
            asked.append(registry)
            return None

    examined(Source(stack="dev"), replace(_sources(), account=Asked()))
    assert len(asked) == len(set(asked)) > 0


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_where_everybody_answers_and_all_is_well_only_what_the_checkout_lacks_stops(stack: str) -> None:
    found = examined(Source(stack=stack), _sources())
    # What prod names stands for somebody's own; dev names none.
    placeholders = {"image digest", "operators"} if stack == "prod" else {"image digest"}
    assert {one.check for one in found if one.result is Result.STOPS} == {"root secret"} | placeholders
    assert not [one for one in found if one.result is Result.SKIPPED]
    assert stops(found)
    quotas = [one for one in found if one.check == "quota"]
    assert {one.about.entry for one in quotas} == {"us-east-1"} | ({"us-west-2"} if stack == "prod" else set())


def test_every_finding_is_printed_and_what_stops_comes_last() -> None:
    found = examined(Source(stack="dev"), _sources())
    lines = as_text(answer(found).text).splitlines()
    assert lines[-1].startswith(f"{len(found)} findings: ")
    headings = [line.split()[0] for line in lines[:-1] if line and not line.startswith(" ")]
    assert headings == sorted(headings, key=["ok", "skipped", "warning", "stops"].index)
    assert len(headings) == len(found)


def test_findings_with_one_fix_tell_it_once() -> None:
    text = as_text(answer(examined(Source(stack="dev"), _sources())).text)
    assert text.count("write its digest") == 1


def test_another_registry_is_examined_instead_of_the_stacks_own(tmp_path: Path) -> None:
    """Its images are, and so are its errors."""
    registry = tmp_path / "registry.yaml"
    text = (ROOT / "plugins" / "registry.yaml").read_text()
    registry.write_text(text.replace("ghcr.io/", "elsewhere.example/"))
    found = examined(Source(stack="dev", registry=registry), _sources())
    images = [one.about.value for one in found if one.check.startswith("image")]
    assert any("elsewhere.example/" in value for value in images)
    registry.write_text("plugins: 7")
    assert "registry.yaml" in refused("doctor", "--registry", str(registry))
