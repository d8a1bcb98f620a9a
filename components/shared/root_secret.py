"""The root secret of the stack, and what is derived from it; secret throughout."""

import pulumi

from planning.shared.derived_secrets import derive


class RootSecret:
    """Hands out derived secrets as secret outputs. It is no resource: nothing is stored."""

    def __init__(self, root: pulumi.Output[str]) -> None:
        self._root_secret = pulumi.Output.secret(root)

    def derive(self, *, owner: str, purpose: str, generation: int = 1) -> pulumi.Output[str]:
        """The secret of this owner and purpose; see planning.shared.derived_secrets.derive."""
        return self._root_secret.apply(lambda root: derive(root, owner=owner, purpose=purpose, generation=generation))

    @property
    def output(self) -> pulumi.Output[str]:
        """The root itself, for functions that derive several things at once (certificates)."""
        return self._root_secret
