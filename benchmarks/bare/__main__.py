"""A program that only registers: the same resources, of the same size, read from a file. Nothing is decided here."""

import json
import os
from pathlib import Path

import pulumi

resources = json.loads(Path(os.environ["BARE_RESOURCES"]).read_text())
databases: list[pulumi.Resource] = []
for item in resources:
    if item["type"] == "aws:rds/instance:Instance":
        # AWS makes replicas of a database one after the other.
        after = pulumi.ResourceOptions(depends_on=databases[-1:])
        databases.append(pulumi.CustomResource(item["type"], item["name"], item["inputs"], after))
    elif item["custom"]:
        pulumi.CustomResource(item["type"], item["name"], item["inputs"])
    else:
        pulumi.ComponentResource(item["type"], item["name"], None)
