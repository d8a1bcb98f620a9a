"""Type annotations of generated SDK code, as types."""

from __future__ import annotations

import ast

from rehearsal.standins.aws.sdk.schema import ListOf, MapOf, Named, OneOf, Scalar, Type

_PLAIN: dict[str, Scalar] = {
    "str": Scalar(kind="string"),
    "int": Scalar(kind="integer"),
    "float": Scalar(kind="number"),
    "bool": Scalar(kind="boolean"),
    "Any": Scalar(kind="anything"),
    "Asset": Scalar(kind="asset"),
    "Archive": Scalar(kind="archive"),
}
_TRANSPARENT = {"Input", "Output", "Optional", "Awaitable"}


class AnnotationError(ValueError):
    """An annotation that generated code was not known to contain."""


def read_annotation(node: ast.expr, package: str) -> Type:
    """The type that an annotation in `package` means; whether it is optional is `is_optional`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return read_annotation(ast.parse(node.value, mode="eval").body, package)
    if isinstance(node, ast.Name):
        return _PLAIN.get(node.id) or Named(package=package, name=node.id)
    if isinstance(node, ast.Attribute):
        return _attribute(node, package)
    if isinstance(node, ast.Subscript):
        return _subscript(node, package)
    raise AnnotationError(f"annotation {ast.unparse(node)} is of a form that the SDK did not use so far")


def is_optional(node: ast.expr) -> bool:
    """Whether the annotation allows None."""
    if isinstance(node, ast.Subscript):
        name = ast.unparse(node.value).rpartition(".")[2]
        return name == "Optional" or (name in _TRANSPARENT and is_optional(node.slice))
    return False


def _attribute(node: ast.Attribute, package: str) -> Type:
    owner = ast.unparse(node.value).lstrip("_")
    if owner in {"builtins", "pulumi"}:
        return _PLAIN[node.attr]
    if owner == "outputs":
        return Named(package=package, name=f"outputs.{node.attr}")
    outputs = owner.endswith(".outputs")  # `_root_outputs` and the like would be new
    return Named(package=owner.removesuffix(".outputs"), name=f"outputs.{node.attr}" if outputs else node.attr)


def _subscript(node: ast.Subscript, package: str) -> Type:
    name = ast.unparse(node.value).rpartition(".")[2]
    if name in _TRANSPARENT:
        return read_annotation(node.slice, package)
    if name == "Sequence":
        return ListOf(element=read_annotation(node.slice, package))
    if isinstance(node.slice, ast.Tuple):
        if name == "Mapping":
            return MapOf(element=read_annotation(node.slice.elts[1], package))
        if name == "Union":
            return _union(tuple(read_annotation(item, package) for item in node.slice.elts))
    raise AnnotationError(f"annotation {ast.unparse(node)} is of a form that the SDK did not use so far")


def _union(choices: tuple[Type, ...]) -> Type:
    """Leave out the spellings of one object that Python offers beside its Args class."""
    kept = [item for item in choices if not (isinstance(item, Named) and _is_spelling(item.name, choices))]
    if Scalar(kind="string") in kept:  # text or an open enum: any text will do
        kept = [item for item in kept if not (isinstance(item, Named) and not item.name.endswith("Args"))]
    return kept[0] if len(kept) == 1 else OneOf(choices=tuple(kept))


def _is_spelling(name: str, choices: tuple[Type, ...]) -> bool:
    named = {item.name for item in choices if isinstance(item, Named)}
    if name.endswith("ArgsDict"):
        return True
    return name.startswith("outputs.") and any(other.endswith("Args") for other in named)
