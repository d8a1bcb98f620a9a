"""The installed pulumi_aws SDK as the source of truth for types.

Its generated source is read, not imported: one class at a time, 2 to 10 ms each, where importing a module costs
up to 0.9 s and 25 MiB (wafv2). Nothing is read before it is asked for, and everything once only.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from rehearsal.standins.aws.sdk.annotations import is_optional, read_annotation
from rehearsal.standins.aws.sdk.schema import EnumType, FunctionType, Named, ObjectType, Property, ResourceType

_TOP_LEVEL = re.compile(rb"^(?:class|def) (\w+)", re.MULTILINE)
_NEXT = re.compile(rb"^[^\s#)]", re.MULTILINE)
_SETTERS = re.compile(rb"    @\w+\.setter\n    def .*\n        pulumi\.set.*\n")
_FIRST_GETTER = re.compile(rb"^    @(?:_builtins\.)?property$", re.MULTILINE)


class SdkError(LookupError):
    """The SDK has no such resource, function or class."""


class SourceFile:
    """A generated module, of which single classes and functions are parsed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        text = path.read_bytes()
        self._places = {match[1].decode(): match.start() for match in _TOP_LEVEL.finditer(text)}

    def has(self, name: str) -> bool:
        """Whether the module defines the class or function."""
        return name in self._places

    def parse(self, name: str, *, only_getters: bool = False) -> ast.ClassDef | ast.FunctionDef:
        """The definition of one class or function, without setters: they say nothing new and take a third of the time.

        only_getters: of a resource, whose constructors take two thirds.
        """
        with self.path.open("rb") as file:
            file.seek(self._places[name])
            text = file.read()
        end = _NEXT.search(text, 1)
        text = _SETTERS.sub(b"", text[: end.start()] if end else text)
        if only_getters and (first := _FIRST_GETTER.search(text)):
            text = text[: text.index(b"\n") + 1] + text[first.start() :]
        node = ast.parse(text).body[0]
        if not isinstance(node, ast.ClassDef | ast.FunctionDef):
            raise SdkError(f"{name} in {self.path.name} is no class and no function")
        return node


class Sdk:
    """Types of the installed pulumi_aws; may be used by several threads."""

    def __init__(self) -> None:
        found = importlib.util.find_spec("pulumi_aws")
        if found is None or found.origin is None:
            raise SdkError("the package pulumi_aws is not installed in this interpreter")
        self.root = Path(found.origin).parent
        self.version = str(json.loads((self.root / "pulumi-plugin.json").read_text(encoding="utf-8"))["version"])
        self._lock = threading.RLock()
        self._files: dict[Path, SourceFile] = {}
        self._resources: dict[str, ResourceType] = {}
        self._functions: dict[str, FunctionType] = {}
        self._named: dict[Named, ObjectType | EnumType] = {}

    def resource(self, token: str) -> ResourceType:
        """The resource type of a token as `aws:rds/instance:Instance`; SdkError where there is none."""
        with self._lock:
            if token not in self._resources:
                self._resources[token] = self._read_resource(token)
            return self._resources[token]

    def function(self, token: str) -> FunctionType:
        """The function of a token as `aws:index/getRegion:getRegion`; SdkError where there is none."""
        with self._lock:
            if token not in self._functions:
                self._functions[token] = self._read_function(token)
            return self._functions[token]

    def resolve(self, named: Named) -> ObjectType | EnumType:
        """What a class of the SDK holds."""
        with self._lock:
            if named not in self._named:
                self._named[named] = self._read_named(named)
            return self._named[named]

    @cached_property
    def tokens(self) -> dict[str, tuple[str, str]]:
        """Every resource token with its folder and class."""
        source = (self.root / "__init__.py").read_text(encoding="utf-8")
        start = source.index('resource_modules="""') + len('resource_modules="""')
        modules = json.loads(source[start : source.index('"""', start)])
        return {
            token: (module["fqn"].removeprefix("pulumi_aws").replace(".", "/").strip("/"), name)
            for module in modules
            for token, name in module["classes"].items()
        }

    def provider_options(self) -> frozenset[str]:
        """The names of the provider's own options."""
        with self._lock:
            arguments = self._file(self.root / "provider.py").parse("ProviderArgs")
        return frozenset(_parameters(arguments, ""))

    def _read_resource(self, token: str) -> ResourceType:
        if token not in self.tokens:
            raise SdkError(f"pulumi_aws {self.version} has no resource type {token}")
        package, name = self.tokens[token]
        file = self._module(package, token.split(":")[1].rpartition("/")[2])
        arguments = next(candidate for candidate in (f"{name}Args", f"{name}InitArgs") if file.has(candidate))
        inputs = _parameters(file.parse(arguments), package)
        outputs = _getters(file.parse(name, only_getters=True), package)
        return ResourceType(
            token=token,
            inputs=ObjectType(name=arguments, properties=inputs),
            outputs=ObjectType(name=name, properties=outputs),
        )

    def _read_function(self, token: str) -> FunctionType:
        package, module = _function_place(token)
        try:
            file = self._module(package, module)
        except SdkError:
            raise SdkError(f"pulumi_aws {self.version} has no function {token}") from None
        function = file.parse(module_name(file))
        result = token.rpartition(":")[2]
        result = f"{result[0].upper()}{result[1:]}Result"
        return FunctionType(
            token=token,
            arguments=ObjectType(name=module_name(file), properties=_function_parameters(function, package)),
            result=ObjectType(name=result, properties=_getters(file.parse(result), package)),
        )

    def _read_named(self, named: Named) -> ObjectType | EnumType:
        name = named.name.removeprefix("outputs.")
        for package in (named.package, "iam", ""):  # policy documents are shared; so are the root's types
            for module in ("outputs",) if named.name != name else ("_inputs", "_enums"):
                path = self.root / package / f"{module}.py"
                if path.exists() and self._file(path).has(name):
                    node = self._file(path).parse(name)
                    if module == "_enums":
                        return EnumType(name=name, values=tuple(_members(node)))
                    read = _getters if module == "outputs" else _parameters
                    return ObjectType(name=name, properties=read(node, package))
        raise SdkError(f"pulumi_aws {self.version} has no class {named.name} in {named.package}")

    def _module(self, package: str, name: str) -> SourceFile:
        """The module of a token's last part: loadBalancer is load_balancer.py."""
        wanted = f"{name}.py".replace("_", "").lower()
        folder = self.root / package
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name.replace("_", "") == wanted:
                return self._file(path)
        raise SdkError(f"pulumi_aws {self.version} has no module for {package}/{name}")

    def _file(self, path: Path) -> SourceFile:
        if path not in self._files:
            self._files[path] = SourceFile(path)
        return self._files[path]


def module_name(file: SourceFile) -> str:
    """The function of a module that holds one."""
    return file.path.stem


def _function_place(token: str) -> tuple[str, str]:
    module = token.split(":")[1] if token.count(":") == 2 else ""
    package, _, name = module.rpartition("/")
    return {"index": "", "lambda": "lambda_"}.get(package, package.lower()), name


def _wire_names(node: ast.ClassDef) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Each getter with its name on the wire, which its decorator states where it differs."""
    for item in node.body:
        if not isinstance(item, ast.FunctionDef):
            continue
        for decorator in item.decorator_list:
            call = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(call, ast.Attribute) and call.attr == "getter" and ast.unparse(call.value) == "pulumi":
                named = [word.value for word in decorator.keywords] if isinstance(decorator, ast.Call) else []
                yield item, str(ast.literal_eval(named[0])) if named else item.name


def _getters(node: ast.ClassDef | ast.FunctionDef, package: str) -> dict[str, Property]:
    if not isinstance(node, ast.ClassDef):
        raise SdkError(f"{node.name} is not a class")
    return {
        name: Property(
            name=name,
            type=read_annotation(getter.returns, package),
            required=not is_optional(getter.returns),
            doc=ast.get_docstring(getter) or "",
        )
        for getter, name in _wire_names(node)
        if getter.returns is not None
    }


def _parameters(node: ast.ClassDef | ast.FunctionDef, package: str) -> dict[str, Property]:
    """The properties of an Args class: a parameter without a default is required."""
    properties = _getters(node, package)
    assert isinstance(node, ast.ClassDef)  # noqa: S101  (_getters has refused anything else)
    names = {getter.name: name for getter, name in _wire_names(node)}
    start = next(item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__")
    for parameter, default in zip(start.args.kwonlyargs, start.args.kw_defaults, strict=True):
        known = properties[names[parameter.arg]]
        properties[known.name] = Property(name=known.name, type=known.type, required=default is None, doc=known.doc)
    return properties


def _function_parameters(node: ast.ClassDef | ast.FunctionDef, package: str) -> dict[str, Property]:
    """The arguments of a function, under the names that it sends (`__args__['x'] = y`)."""
    if not isinstance(node, ast.FunctionDef):
        raise SdkError(f"{node.name} is not a function")
    annotations = {argument.arg: argument.annotation for argument in node.args.args}
    properties: dict[str, Property] = {}
    for item in node.body:
        if not isinstance(item, ast.Assign) or not isinstance(item.targets[0], ast.Subscript):
            continue
        name = str(ast.literal_eval(item.targets[0].slice))
        annotation = annotations[ast.unparse(item.value)]
        if annotation is not None:
            properties[name] = Property(
                name=name, type=read_annotation(annotation, package), required=not is_optional(annotation)
            )
    return properties


def _members(node: ast.ClassDef | ast.FunctionDef) -> Iterator[str]:
    for item in node.body:
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant):
            yield str(item.value.value)
