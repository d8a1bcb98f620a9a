"""The documents that the shell reads, in the assets bucket."""

import pulumi
from pulumi_aws import s3

from components.shared.component import Component
from planning.edge.shell_documents import ObjectPlan, ShellDocumentsPlan
from planning.shared.tags import Tags


class ShellDocuments(Component, token="naap:platform:Frontend"):
    """registry.json, and a pointer for each plugin. The bundles themselves are uploaded where they are built."""

    def __init__(
        self,
        name: str,
        *,
        plan: ShellDocumentsPlan,
        assets_bucket: pulumi.Input[str],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._document(f"{name}-registry", plan.registry, assets_bucket, tags)
        for plugin, pointer in plan.pointers.items():
            self._document(f"{name}-{plugin}", pointer, assets_bucket, tags, plugin=plugin)

    def _document(
        self, name: str, plan: ObjectPlan, bucket: pulumi.Input[str], tags: Tags, *, plugin: str | None = None
    ) -> None:
        s3.BucketObjectv2(
            name,
            bucket=bucket,
            key=plan.key,
            content=plan.content,
            content_type="application/json; charset=utf-8",
            cache_control=plan.cache_control,
            tags=tags.of("frontend", plugin=plugin),
            opts=self.child(),
        )
