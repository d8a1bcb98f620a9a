"""What Grafana is told at its start: where to ask, and where its dashboards lie."""

import yaml

from planning.observability.dashboards.dashboard import AWS, METRICS

FOLDER = "/var/lib/grafana/dashboards"
"""Of dashboards, in its pod."""

SOURCES_FILE, FOLDER_FILE = "sources.yaml", "folder.yaml"


def sources(url: str, region: str) -> str:
    """Series through the signer; CloudWatch by the pod's own role. url: of the signer."""
    stated = [
        {"name": "Metrics", **METRICS, "access": "proxy", "url": url, "isDefault": True, "editable": False},
        {
            "name": "AWS",
            **AWS,
            "access": "proxy",
            "editable": False,
            "jsonData": {"authType": "default", "defaultRegion": region},
        },
    ]
    return yaml.safe_dump({"apiVersion": 1, "datasources": stated}, sort_keys=False)


def folder() -> str:
    """One that follows its files: what is added appears within half a minute, what is removed goes."""
    provider = {
        "name": "naap",
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": FOLDER},
    }
    return yaml.safe_dump({"apiVersion": 1, "providers": [provider]}, sort_keys=False)
