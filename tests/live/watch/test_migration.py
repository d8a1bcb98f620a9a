"""A Job made anew is the one that somebody stated."""

from rehearsal.live.watch.migration import again


def test_what_the_api_server_added_to_a_job_is_left_out() -> None:
    stated = {"labels": {"app": "x"}, "annotations": {}}
    made = {
        "metadata": {"name": "migrate-x-1", "uid": "u", "resourceVersion": "7", **stated},
        "spec": {
            "backoffLimit": 2,
            "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": "u"}},
            "template": {
                "metadata": {"labels": {"app": "x", "controller-uid": "u", "batch.kubernetes.io/job-name": "j"}},
                "spec": {"restartPolicy": "Never"},
            },
        },
        "status": {"succeeded": 1},
    }
    assert again(made) == {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migrate-x-1", **stated},
        "spec": {
            "backoffLimit": 2,
            "template": {"metadata": {"labels": {"app": "x"}}, "spec": {"restartPolicy": "Never"}},
        },
    }
