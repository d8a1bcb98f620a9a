"""What every component has in common: its type token, the options of its children, and its end."""

from typing import Any, TypeVar, cast

import pulumi

_Made = TypeVar("_Made")


class _Registering(type):
    """Calls register_outputs once a component's children are made, where the component itself has not."""

    def __call__(cls: type[_Made], *args: Any, **kwargs: Any) -> _Made:
        made = cast("Component", type.__call__(cls, *args, **kwargs))
        if not made.registered:
            made.register_outputs({})
        return cast("_Made", made)


class Component(pulumi.ComponentResource, metaclass=_Registering):
    """A component resource. token: its type in every URN: a literal, so that a class may be renamed or moved."""

    registered = False
    _token: str

    def __init_subclass__(cls, *, token: str) -> None:
        cls._token = token

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(self._token, name, None, opts)

    def child(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of a child that is made after these."""
        return pulumi.ResourceOptions(parent=self, depends_on=list(after))

    def register_outputs(self, outputs: pulumi.Inputs) -> None:
        """Tells the engine that the component is whole, and what it shows of itself."""
        self.registered = True
        super().register_outputs(outputs)
