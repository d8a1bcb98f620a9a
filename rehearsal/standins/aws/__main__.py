"""pulumi-resource-aws: started by the engine, which reads the port from the first line of stdout.

Run as `python -P -m rehearsal.standins.aws` with the checkout on PYTHONPATH.
"""

from rehearsal.standins.minimal_provider import skip_sdk_start_up

skip_sdk_start_up()

from rehearsal.standins.aws.account.account import Account  # noqa: E402  (after the SDK is made light)
from rehearsal.standins.aws.account.inventory import Inventory  # noqa: E402
from rehearsal.standins.aws.provider import AwsProvider  # noqa: E402
from rehearsal.standins.aws.sdk.sdk import Sdk  # noqa: E402
from rehearsal.standins.protocol import serve_provider  # noqa: E402


def main() -> None:
    """Serve the engine until it is done."""
    provider = AwsProvider(Sdk(), Account.of_environment(), Inventory.of_environment())
    serve_provider(provider, workers=32)  # nothing here waits for long


if __name__ == "__main__":
    main()
