"""What the pods of an entry may be told and may reach."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from planning.inputs.problem import HIDDEN
from planning.inputs.registry.entry import MANIFEST_PATHS, Entry
from planning.inputs.registry.registry_entry import PULL_SECRET
from planning.plugin.process_environment import CA_FILE, RESERVED, TEMPORARY
from plugins.registry.egress import normal_egress
from plugins.registry.secret_values import looks_secret
from plugins.registry.validation_errors import Parts

_SSH = 22


def environment_parts(entry: Entry) -> Iterator[Parts]:
    """Names that the platform sets, secrets in the open, names that stand twice."""
    for field, names in (
        ("env", entry.env),
        ("secrets", entry.secrets),
        ("derivedSecrets", entry.derived_secrets),
        ("sharedSecrets", entry.shared_secrets),
    ):
        for name in names:
            if name in RESERVED or name == PULL_SECRET:
                yield f"{field}.{name}", HIDDEN, "the platform sets this one for every pod", f"remove {name}"
    for name, value in entry.env.items():
        if looks_secret(name, value):
            yield (
                f"env.{name}",
                HIDDEN,
                "no secret in the registry: it is read by everyone",
                "list the name under secrets, set it with pulumi config set --secret, and rotate what was here",
            )
    named = [*entry.env, *entry.secrets, *entry.derived_secrets, *entry.shared_secrets]
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield (
            f"env.{name}",
            name,
            "a name stands once in env, secrets, derivedSecrets and sharedSecrets together",
            "remove all but one",
        )


def egress_parts(entry: Entry) -> Iterator[Parts]:
    """Targets outside that are no targets, or that would open too much."""
    normal: set[str] = set()
    for target in entry.network.egress:
        try:
            found = normal_egress(target)
        except ValueError as error:
            yield "network.egress", target, str(error), "write for example api.example.com:443 or 203.0.113.0/24:5432"
            continue
        if found in normal:
            yield "network.egress", target, "each target once", f"remove the second {found}"
        if found.endswith(f":{_SSH}") and not found.endswith(f"/32:{_SSH}"):
            # By name, the port would be open to all of the internet: the cluster's network knows addresses only.
            yield "network.egress", target, "SSH to single addresses only", "write for example 203.0.113.7/32:22"
        normal.add(found)


def manifest_parts(entry: Entry) -> Iterator[Parts]:
    """A manifest that would lie on another mount of the pod."""
    path = entry.manifest_path
    for mount in (TEMPORARY, str(PurePosixPath(CA_FILE).parent)):
        if path and f"{path}/".startswith(f"{mount}/"):
            yield (
                "manifestPath",
                path,
                f"not within {mount}: another mount of the pod",
                f"manifestPath: {MANIFEST_PATHS[0]}",
            )
