"""What a pod that does not start has said, whichever of its containers the kubelet still has."""

from typing import Any, cast

import pytest

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi
from rehearsal.live.watch import rollout
from rehearsal.live.watch.rollout import last_lines

GONE = "unable to retrieve container logs for containerd://0c324da6"


class Logs:
    """An API server that has these logs of a pod: of its last run but one, and of its last. None: it refuses."""

    def __init__(self, previous: str | None, *last: str | None) -> None:
        self._previous, self._last = previous, list(last)

    def text(self, path: str) -> str:
        """As KubeApi's; each time the next of `last`, and the last one from then on."""
        found = self._previous if path.endswith("previous=true") else self._last[0]
        if len(self._last) > 1 and found is not self._previous:
            self._last.pop(0)
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
def test_the_log_of_a_run_that_is_still_there_is_told(
    monkeypatch: pytest.MonkeyPatch, previous: str | None, last: str | None, told: list[str]
) -> None:
    monkeypatch.setattr(rollout, "LOG_SECONDS", 0.0)

    assert last_lines(cast("KubeApi", Logs(previous, last)), _pod(lastState={"terminated": {"exitCode": 1}})) == told


def test_the_log_of_one_that_has_just_ended_is_waited_for() -> None:
    ended = _pod(state={"terminated": {"exitCode": 1}})

    assert last_lines(cast("KubeApi", Logs(None, "", "", "broken")), ended) == ["    broken"]


def _pod(**status: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": {"name": "community-1", "namespace": "plugin-community"},
        "status": {"containerStatuses": [status]},
    }
