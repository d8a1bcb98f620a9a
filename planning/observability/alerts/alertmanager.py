"""Where alerts go: by their severity, to one of two topics."""

from typing import Any

import yaml

from planning.observability.alerts.alert import Severity

GROUPED_BY = ("alertname", "plugin", "namespace", "shard", "job")
"""What one message is about."""

_MESSAGE = """{{ define "naap.subject" }}{{ .Status | toUpper }} {{ .GroupLabels.alertname }}\
{{ with .CommonLabels.plugin }} {{ . }}{{ end }}{{ end }}
{{ define "naap.message" }}{{ range .Alerts }}[{{ .Labels.severity }}] {{ .Annotations.summary }}
Runbook: {{ .Annotations.runbook }}
Since: {{ .StartsAt }}

{{ end }}{{ end }}
"""


def alert_manager_definition(*, region: str, topics: dict[Severity, str]) -> str:
    """As Amazon Managed Service for Prometheus takes it: Alertmanager's YAML within YAML; SNS is its only receiver.

    topics: ARN by severity. A page silences tickets about the same plugin, or the same
    pods.
    """
    tickets, pages = Severity.TICKET.value, Severity.PAGE.value
    config: dict[str, Any] = {
        "templates": ["naap"],
        "route": {
            "receiver": tickets,
            "group_by": list(GROUPED_BY),
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "1d",
            "routes": [{"receiver": pages, "matchers": [f'severity="{pages}"'], "repeat_interval": "2h"}],
        },
        "inhibit_rules": [
            {
                "source_matchers": [f'severity="{pages}"', 'plugin=~".+"'],
                "target_matchers": [f'severity="{tickets}"', 'plugin=~".+"'],
                "equal": ["plugin"],
            },
            {
                "source_matchers": ['alertname="NoPodReady"'],
                "target_matchers": ['alertname="PodsNotReady"'],
                "equal": ["namespace", "deployment"],
            },
        ],
        "receivers": [_receiver(severity.value, region, arn) for severity, arn in topics.items()],
    }
    return yaml.safe_dump(
        {
            "template_files": {"naap": _MESSAGE},
            "alertmanager_config": yaml.safe_dump(config, sort_keys=False),
        },
        sort_keys=False,
    )


def _receiver(name: str, region: str, arn: str) -> dict[str, Any]:
    return {
        "name": name,
        "sns_configs": [
            {
                "topic_arn": arn,
                "sigv4": {"region": region},
                "subject": '{{ template "naap.subject" . }}',
                "message": '{{ template "naap.message" . }}',
                "attributes": {"severity": name},
                "send_resolved": True,
            }
        ],
    }
