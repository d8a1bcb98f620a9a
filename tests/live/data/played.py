"""What the played AWS has of a stack, without an engine: the whole program, answered by the stand-in provider."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rehearsal.standins.aws.account.inventory import Inventory
from rehearsal.standins.aws.clusters import VARIABLE
from rehearsal.standins.aws.provider import AwsProvider
from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.provider import Resource
from tests.build.environments import Environment, build, plan
from tests.components.recording import Run


def play(environment: Environment, folder: Path, inventory: Inventory) -> Run:
    """Everything that the program makes; of AWS it is in the inventory too, as the engine would have it made."""
    sdk, providers = Sdk(), dict[str, AwsProvider]()

    def outputs(token: str, name: str, inputs: Mapping[str, Any], region: str) -> tuple[str, dict[str, Any]]:
        if region not in providers:
            providers[region] = AwsProvider(sdk, None, inventory)
            providers[region].configure({}, {"region": region})
        provider, resource = providers[region], Resource(urn=f"urn:pulumi:dev::naap::{token}::{name}")
        checked = provider.check(resource, {}, dict(inputs))
        assert not checked.failures, checked.failures
        state = provider.create(resource, checked.inputs)
        return state.identity, state.properties

    planned, clusters = plan(environment, folder), folder / "clusters.json"
    entry = {"endpoint": "https://127.0.0.1:6443", "certificateAuthority": "LS0tLS1CRUdJTg==", "token": "none"}
    clusters.write_text(json.dumps({region.cluster.name: entry for region in planned.regions}))
    with patch("tests.components.fakes.outputs", outputs), patch.dict(os.environ, {VARIABLE: str(clusters)}):
        return build(planned)
