"""What a run is to bring up where that is one plugin rather than the whole stack, and what it leaves as it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

ORDER = "NAAP_DEPLOY"
"""Variable that names the file of the order. Only `naap plugin deploy` sets it, and with it the engine's targets:
without those, what the program leaves out would be deleted."""


@dataclass(frozen=True, kw_only=True)
class DeployOrder:
    """targets: URNs of all that is the plugin's. outputs: of the stack, as its last run left them.

    shell_list: the entries of the list that the shell reads, as it was last published.
    """

    plugin: str
    targets: Sequence[str]
    outputs: Mapping[str, Any]
    shell_list: Sequence[Mapping[str, Any]]

    def text(self) -> str:
        """As the file has it."""
        return json.dumps(asdict(self))


def parse_order(text: str) -> DeployOrder:
    """Reads the file of an order."""
    return DeployOrder(**json.loads(text))
