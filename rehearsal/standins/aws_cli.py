"""The `aws` of a rehearsal: answers `aws eks get-token`, which kubeconfigs of EKS clusters call, and nothing else.

Only the standard library, and little of it: every Kubernetes client starts this anew. Run by path.
"""

import json
import os
import sys
import time

VARIABLE = "NAAP_CLUSTERS"  # names the file that describes the rehearsal's control planes
LIFETIME = 14 * 60  # seconds; what the real token lasts
WITH_VALUE = {"--cluster-name", "--cluster-id", "--region", "--role-arn", "--profile", "--output"}


def fail(message: str) -> int:
    """Say what is wrong and what this program is."""
    print(f"aws: {message} (this is the rehearsal's stand-in, not the AWS CLI)", file=sys.stderr)
    return 2


def parse(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Command words and options; ValueError names an option that is not known or lacks its value."""
    words: list[str] = []
    options: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if not argument.startswith("-"):
            words.append(argument)
        elif name not in WITH_VALUE:
            raise ValueError(f"option {name} is not one of {', '.join(sorted(WITH_VALUE))}")
        elif equals:
            options[name] = value
        else:
            options[name] = next(rest, "")
            if not options[name]:
                raise ValueError(f"option {name} needs a value")
    return words, options


def find_token(cluster: str) -> str:
    """The bearer token of a cluster's administrator; LookupError says why there is none."""
    path = os.environ.get(VARIABLE)
    if not path:
        raise LookupError(f"{VARIABLE} is not set, so no cluster is played here")
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123  (pathlib would double the start-up time)
            clusters = json.load(file)
    except (OSError, ValueError) as error:
        raise LookupError(f"{VARIABLE} names {path}, which can't be read: {error}") from error
    if cluster not in clusters:
        raise LookupError(f"no cluster is named {cluster!r}; there are: {', '.join(clusters) or 'none'}")
    return str(clusters[cluster]["token"])


def main(arguments: list[str]) -> int:
    """Print an ExecCredential as the AWS CLI does; 2 and a message for anything else."""
    try:
        words, options = parse(arguments)
    except ValueError as error:
        return fail(str(error))
    if words != ["eks", "get-token"]:
        return fail(f"only `aws eks get-token` is played, not `aws {' '.join(words)}`")
    cluster = options.get("--cluster-name") or options.get("--cluster-id")
    if not cluster:
        return fail("eks get-token needs --cluster-name")
    if options.get("--output", "json") != "json":
        return fail(f"--output {options['--output']} is not played, only json")
    try:
        token = find_token(cluster)
    except LookupError as error:
        return fail(str(error))
    expiry = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + LIFETIME))
    credential = {
        "kind": "ExecCredential",
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "spec": {},
        "status": {"expirationTimestamp": expiry, "token": token},
    }
    print(json.dumps(credential))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
