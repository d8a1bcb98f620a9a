"""Rules before the real promtool: series that fire them, and series that must not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from planning.observability.alerts.alert import Alert, rule_file
from tests.planning.observability.rules import (
    ENVOY,
    OWN,
    POOL,
    POOLER,
    TIMED,
    answered,
    groups,
    pods,
    timed,
    waiting,
    well,
)
from tests.promtool import run

_AUTOSCALER = f'{OWN},horizontalpodautoscaler="my-wallet"'
_CONDITION = f'{_AUTOSCALER},condition="ScalingActive"'


@dataclass(frozen=True, kw_only=True)
class Case:
    """What differs from all being well, and exactly which alerts it fires after so many minutes."""

    differs: Mapping[str, str] = field(default_factory=dict[str, str])
    lacks: str = "nothing"
    fires: frozenset[str] = frozenset()
    minutes: int = 40

    @property
    def long(self) -> bool:
        """Whether it takes a day: of the objective alone then, which is all that looks back that far."""
        return self.minutes > 1_000


def fires(*names: str) -> frozenset[str]:
    return frozenset(names)


CASES = {
    "all is well": Case(),
    "a database is lost, and every health check still answers 200": Case(
        differs={**answered(2, "0x40"), **answered(5, "0+6000x40"), **waiting("12x40", "14x40")},
        fires=fires("PluginFails", "PluginFailsSlowly", "GatewayFails", "PoolerClientsWait"),
    ),
    "one request in fifty fails": Case(
        differs={**answered(2, "0+5880x40"), **answered(5, "0+120x40")}, fires=fires("PluginFails", "PluginFailsSlowly")
    ),
    "four requests in a thousand fail for a day": Case(
        differs={**answered(2, "0+5976x1500"), **answered(5, "0+24x1500")},
        fires=fires("PluginFailsSlowly"),
        minutes=1_500,
    ),
    "one request in two thousand fails": Case(differs={**answered(2, "0+5997x40"), **answered(5, "0+3x40")}),
    "both of two requests fail at night": Case(
        differs={**answered(2, "0x40"), **answered(5, "0x20 1 2x20"), **timed("0x40", "0x40")}
    ),
    "a third of the answers is late": Case(
        differs=timed("0+4000x40", "0+6000x40"), fires=fires("PluginIsSlow", "PluginIsSlowOften")
    ),
    "one answer in twenty-five is late for a day": Case(
        differs=timed("0+5760x1500", "0+6000x1500"), fires=fires("PluginIsSlowOften"), minutes=1_500
    ),
    "users are refused, and it is their fault": Case(differs={**answered(2, "0x40"), **answered(4, "0+6000x40")}),
    "the limiter answers too late": Case(
        differs={f'envoy_cluster_ratelimit_failure_mode_allowed{{{ENVOY},envoy_cluster_name="{TIMED}"}}': "0+50x40"},
        fires=fires("LimiterFailsOpen"),
    ),
    "a certificate of the gateway ends soon": Case(
        differs={f"envoy_server_days_until_first_cert_expiring{{{ENVOY}}}": "20x90"},
        fires=fires("GatewayCertificateEnds"),
        minutes=90,
    ),
    "clients wait for a moment and are served": Case(differs=waiting("3 0 4 0 2 0x35", "0x40")),
    "a pooler hangs": Case(differs={f'pgbouncer_up{{{POOLER},shard="0"}}': "0x40"}, fires=fires("PoolerSilent")),
    "pools hold most of what the database gives": Case(
        differs={f"pgbouncer_pools_server_active_connections{{{POOL}}}": "450x40"},
        fires=fires("ConnectionBudgetNearlySpent"),
    ),
    "no pod is ready": Case(differs=pods("0x40", "5x40"), fires=fires("NoPodReady", "PodsNotReady")),
    "a roll-out replaces a pod": Case(differs=pods("5x40", "0x20 1x5 0x20")),
    "a pod doesn't become ready": Case(differs=pods("4x40", "1x40"), fires=fires("PodsNotReady")),
    "an autoscaler is at its maximum": Case(
        differs={f"kube_horizontalpodautoscaler_status_current_replicas{{{_AUTOSCALER}}}": "10x40"},
        fires=fires("AutoscalerAtMaximum"),
    ),
    "an autoscaler can't read a metric": Case(
        differs={
            f'kube_horizontalpodautoscaler_status_condition{{{_CONDITION},status="false"}}': "1x40",
            f'kube_horizontalpodautoscaler_status_condition{{{_CONDITION},status="true"}}': "0x40",
        },
        fires=fires("AutoscalerBlind"),
    ),
    "a migration fails": Case(
        differs={f'kube_job_failed{{{OWN},job_name="migrate",condition="true"}}': "0x30 1x30"},
        fires=fires("JobFailed"),
    ),
    "passwords are older than half a year": Case(
        differs={f'kube_configmap_created{{{OWN},configmap="secrets-0a1b2c3d"}}': "-15600000x90"},
        fires=fires("SecretsOld"),
        minutes=90,
    ),
    "the gateway isn't scraped": Case(lacks='job="envoy"', fires=fires("SeriesMissing")),
    "one proxy of three isn't scraped": Case(
        differs={'up{job="envoy",instance="0"}': "0x40"}, fires=fires("TargetDown")
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_exactly_the_alerts_of_a_case_fire(case: Case, tmp_path: Path) -> None:
    series = {name: values for name, values in well(case.minutes + 5).items() if case.lacks not in name}
    series |= case.differs
    firing = {
        "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
        "eval_time": f"{case.minutes}m",
        "exp_samples": [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(case.fires)],
    }
    stated = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [firing],
            }
        ],
    }
    (tmp_path / "rules.yaml").write_text(rule_file(groups()[-1:] if case.long else groups()))
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(stated))

    run("test", "rules", "test.yaml", folder=tmp_path)


def test_every_alert_is_fired_by_some_case() -> None:
    fired = {name for case in CASES.values() for name in case.fires}

    assert fired == {rule.name for group in groups() for rule in group.rules if isinstance(rule, Alert)}


def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(rule_file(groups()))

    assert "SUCCESS" in run("check", "rules", "--lint=all", "rules.yaml", folder=tmp_path)


def test_a_group_is_no_larger_than_a_workspace_takes() -> None:
    """Twenty: what Amazon Managed Service for Prometheus takes by default, as far as is known."""
    assert max(len(group.rules) for group in groups()) <= 20


def test_an_alert_says_whom_it_reaches_and_what_to_read() -> None:
    for alert in (rule for group in groups() for rule in group.rules if isinstance(rule, Alert)):
        rule = alert.rule()
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["runbook"] == f"docs/runbooks/{alert.runbook}.md"
        assert rule["annotations"]["summary"].endswith(".")
