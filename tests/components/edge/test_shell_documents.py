"""The shell's documents in the assets bucket."""

import json

from components.edge.shell_documents import ShellDocuments
from planning.edge.shell_documents import plan_shell_documents
from planning.shared.tags import Tags
from tests.components.recording import Recorded, build, of_type
from tests.plugin_plans import real_registry, settings

OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"


def _records() -> dict[str, Recorded]:
    def make() -> None:
        ShellDocuments(
            "frontend",
            plan=plan_shell_documents(registry=real_registry(), settings=settings(5_000)),
            assets_bucket="assets",
            tags=Tags(environment="test", owner="platform", cost_center="naap"),
        )

    return {record.inputs["key"]: record for record in of_type(build(make), OBJECT)}


def test_there_is_one_list_and_a_pointer_for_each_bundle() -> None:
    bundled = {f"bundles/{spec.name}/current.json" for spec in real_registry().plugins if spec.frontend}
    assert set(_records()) == {"bundles/registry.json", *bundled}


def test_every_document_is_kept_briefly_so_that_a_rollback_is_seen() -> None:
    for record in _records().values():
        assert record.inputs["cacheControl"].startswith("public, max-age=60,")
        assert record.inputs["contentType"].startswith("application/json")
        assert json.loads(record.inputs["content"])["format"] == 1


def test_a_pointer_bears_its_plugins_tag() -> None:
    pointer = _records()["bundles/my-wallet/current.json"]
    assert pointer.inputs["tags"]["Plugin"] == "my-wallet"
