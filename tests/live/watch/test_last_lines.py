"""What a pod that does not start has said, whichever of its containers the kubelet still has."""

from typing import Any, cast

import pytest

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi
from rehearsal.live.watch.rollout import last_lines

GONE = "unable to retrieve container logs for containerd://0c324da6"


class Logs:
    """An API server that has these logs of a pod: of its last run but one, and of its last. None: it refuses."""

    def __init__(self, previous: str | None, last: str | None) -> None:
        self._logs = {"?previous=true": previous, "": last}

    def text(self, path: str) -> str:
        """As KubeApi's."""
        found = self._logs[path.rpartition("/log")[2]]
        if found is None:
            raise RehearsalError("refused")
        return found


@pytest.mark.parametrize(
    ("previous", "last", "told"),
    [
        ("broken", "", ["    broken"]),
        (GONE, "broken", ["    broken"]),
        (None, "broken", ["    broken"]),
        (GONE, GONE, []),
        (None, None, []),
    ],
)
def test_the_log_of_a_run_that_is_still_there_is_told(previous: str | None, last: str | None, told: list[str]) -> None:
    pod: dict[str, Any] = {
        "metadata": {"name": "community-1", "namespace": "plugin-community"},
        "status": {"containerStatuses": [{"lastState": {"terminated": {"exitCode": 1}}}]},
    }

    assert last_lines(cast("KubeApi", Logs(previous, last)), pod) == told
