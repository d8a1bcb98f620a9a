"""`pulumi policy analyze`, the real command, over an exported state: neither program nor provider runs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.build.environments import TIERS, build, plan
from tests.components.recording import Recorded
from tests.standins.conftest import EngineSandbox

ROOT = Path(__file__).resolve().parents[2]
STACK = "urn:pulumi:dev::naap::pulumi:pulumi:Stack::naap-dev"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The resources of the smallest tier as a stack's export has them."""
    records = build(plan(TIERS[0], tmp_path_factory.mktemp("registry"))).records
    stack = {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False}
    # Parents and providers stand before what refers to them.
    ordered = sorted(records, key=lambda record: (record.custom, not record.type.startswith("pulumi:providers:")))
    return [stack, *(_resource(record) for record in _parents_first(ordered))]


def _parents_first(records: list[Recorded]) -> list[Recorded]:
    known = {record.urn: record for record in records}
    depths: dict[str, int] = {}

    def depth(urn: str) -> int:
        if urn not in depths:
            depths[urn] = 1 + depth(known[urn].parent) if urn in known else 0
        return depths[urn]

    providers = [record for record in records if record.type.startswith("pulumi:providers:")]
    others = [record for record in records if record not in providers]
    components = [record for record in others if not record.custom]
    rest = [record for record in others if record.custom]
    return [*sorted(components, key=lambda record: depth(record.urn)), *providers, *rest]


def _resource(record: Recorded) -> dict[str, Any]:
    found: dict[str, Any] = {
        "urn": record.urn,
        "type": record.type,
        "custom": record.custom,
        "inputs": dict(record.inputs),
        "outputs": dict(record.outputs),
        "parent": record.parent or STACK,
        "protect": record.protect,
    }
    if record.custom:
        found["id"] = str(record.outputs.get("id") or f"{record.name}-id")
    if record.custom and record.provider:
        found["provider"] = record.provider
    return found


def _analyze(sandbox: EngineSandbox, resources: list[dict[str, Any]], *, fails: bool, pack: str = "policies") -> str:
    file = sandbox.folder / "state.json"
    manifest = {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""}
    file.write_text(json.dumps({"version": 3, "deployment": {"manifest": manifest, "resources": resources}}))
    command = ("policy", "analyze", "--file", str(file), "--policy-pack", pack)
    return sandbox.pulumi("--disable-integrity-checking", *command, fails=fails, timeout=300)


@pytest.fixture
def pack(sandbox: EngineSandbox) -> str:
    """A copy of the pack: the engine writes beside it."""
    shutil.copytree(ROOT / "policies", sandbox.folder / "policies", ignore=shutil.ignore_patterns("__pycache__"))
    return "policies"


@pytest.mark.timeout(600)
def test_an_exported_state_that_holds_to_the_rules_passes(
    sandbox: EngineSandbox, state: list[dict[str, Any]], pack: str
) -> None:
    _analyze(sandbox, state, fails=False, pack=pack)


@pytest.mark.timeout(600)
def test_a_violation_in_an_exported_state_is_told_with_its_fix(
    sandbox: EngineSandbox, state: list[dict[str, Any]], pack: str
) -> None:
    opened: list[dict[str, Any]] = json.loads(json.dumps(state))
    database = next(item for item in opened if item["type"] == "aws:rds/instance:Instance")
    for part in ("inputs", "outputs"):
        database[part]["publiclyAccessible"] = True
    shown = _analyze(sandbox, opened, fails=True, pack=pack)
    assert "[aws-rds-private]" in shown
    assert "Fix: publiclyAccessible: false" in shown


@pytest.mark.timeout(600)
def test_a_violation_of_the_stack_as_a_whole_is_told_without_a_breakdown(
    sandbox: EngineSandbox, state: list[dict[str, Any]], pack: str
) -> None:
    open_ = [item for item in state if not item["urn"].endswith("-default-deny")]
    assert len(open_) < len(state)
    shown = _analyze(sandbox, open_, fails=True, pack=pack)
    assert "[stack-default-deny]" in shown
    assert "panic" not in shown


@pytest.mark.timeout(600)
def test_a_pack_that_cannot_start_fails(sandbox: EngineSandbox, state: list[dict[str, Any]], pack: str) -> None:
    (sandbox.folder / pack / "exemptions.yaml").write_text("- {rule: nonsense}")
    (sandbox.folder / pack / "pack.py").write_text("raise RuntimeError('broken pack')")
    shown = _analyze(sandbox, state[:3], fails=True, pack=pack)
    assert "broken pack" in shown
