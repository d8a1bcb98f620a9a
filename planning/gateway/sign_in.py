"""How a proxy finds out who asks: the program that does it, and the service that it turns to."""

from dataclasses import dataclass
from pathlib import Path

from planning.inputs.problem import Problem
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.sign_in import SignIn
from planning.shared.naming import namespace

IDENTITY_HEADER = "x-user-id"
"""Set from what the sign-in service or a JWT's `sub` says, never by a client: the gateway removes it on arrival."""

CLUSTER = "sign-in"
"""Of the proxies: their connections to the sign-in service."""

METADATA = "naap.sign-in"
UNKNOWN, NOBODY = "unknown", "none"
"""What the program notes as `user` of a request that it knows no user of: the service could not say; there is none."""

CHECK_MS = 2_000
"""For the answer whose a token is. A check that takes longer has failed"""

CHECK_TRIES = 2
"""Of a check that is cut."""

CHECKS = 256
"""Of a proxy at once: more, and the service is already late; whoever comes then is answered 503 at once."""

_PROGRAM = Path(__file__).with_name("sign_in.lua")


@dataclass(frozen=True, kw_only=True)
class TokenPlan:
    """Which JWTs are good."""

    issuer: str
    jwks_uri: str
    audience: str


@dataclass(frozen=True, kw_only=True)
class SignInPlan:
    """service: of the settings. token: None where no issuer is configured. page: where people sign in."""

    service: SignIn
    token: TokenPlan | None
    page: str

    @property
    def host(self) -> str:
        """Of the service, within the cluster."""
        return f"{self.service.service}.{namespace(self.service.service)}.svc.cluster.local"

    @property
    def program(self) -> str:
        """In Lua. What the settings' patterns allow holds nothing that would end a text."""
        letters, length = self.service.token_letters
        values: dict[str, str | int | bool] = {
            "cluster": CLUSTER,
            "host": self.host,
            "method": self.service.method,
            "path": self.service.path,
            "identity": self.service.identity,
            "cookie": self.service.cookie,
            "parameter": self.service.parameter,
            "letters": letters,
            "length": length,
            "keep_ms": self.service.keep_seconds * 1_000,
            "timeout_ms": CHECK_MS,
            "tries": CHECK_TRIES,
        }
        stated = ", ".join(f"{name} = {_literal(value)}" for name, value in values.items())
        return f"local check = {{ {stated} }}\n\n{_PROGRAM.read_text()}"


def plan_sign_in(settings: Settings) -> SignInPlan:
    """The same in every region."""
    return SignInPlan(
        service=settings.sign_in, token=_token(settings), page=f"https://{settings.domain}{settings.sign_in.page}"
    )


def sign_in_problems(settings: Settings, registry: Registry, stack: str) -> list[Problem]:
    """What is wrong with a service that has no pods, where somebody has to be known."""
    service = settings.sign_in.service
    known = registry.by_name.get(service)
    asked = any(spec.backend and spec.lifecycle.serves for spec in registry.plugins)
    if not asked or (known and known.backend and known.lifecycle.serves):
        return []
    return [
        Problem(
            file=f"Pulumi.{stack}.yaml",
            entry="config",
            field="naap:signIn.service",
            value=service,
            rule="an entry of the registry with a backend that serves: without it nobody's token can be checked",
            fix="name the entry that issues the tokens: pulumi config set --path naap:signIn.service <entry>",
        )
    ]


def _token(settings: Settings) -> TokenPlan | None:
    if settings.jwt_issuer is None or settings.jwks_uri is None:
        return None
    return TokenPlan(issuer=settings.jwt_issuer, jwks_uri=settings.jwks_uri, audience=settings.jwt_audience)


def _literal(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'
