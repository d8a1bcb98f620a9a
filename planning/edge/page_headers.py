"""What browsers are told of a page: whence it may load, whom it may ask, and what of the device it may use.

One policy holds for all pages: plugins are loaded into the document that the first answer began.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.registry.frontend import Browser, Permission
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.settings import Settings

MAX_CONTENT_SECURITY = 1_783
"""Characters of a content security policy in CloudFront's headers policies (AWS: CloudFront quotas)."""

REPORTS = "/api/v1/csp-report"
"""Where browsers send what a policy stopped, if an entry answers there without a session."""

_NEVER_ASKED = ("payment", "usb")
_LONGEST_BUCKET_HOST = len(" https://.s3.ap-southeast-1.amazonaws.com") + 63


@dataclass(frozen=True, kw_only=True)
class PageHeadersPlan:
    """directives: of the content security policy, by name, without the buckets. permissions: Permissions-Policy."""

    directives: Mapping[str, tuple[str, ...]]
    permissions: str

    def content_security(self, buckets: Iterable[str]) -> str:
        """The content security policy. buckets: hosts of uploads, which nobody knows before they are made."""
        found = {**self.directives}
        found["connect-src"] += tuple(f"https://{host}" for host in buckets)
        return "; ".join(" ".join((name, *values)) for name, values in found.items())


def plan_page_headers(*, registry: Registry, settings: Settings, regions: int) -> PageHeadersPlan:
    """From what entries that are served declare; regions: how many have an uploads bucket.

    Raises InvalidInputError where the policy is longer than CloudFront takes.
    """
    declared = {spec.name: list(_declared(spec)) for spec in registry.in_order if spec.lifecycle.serves}
    sections = [section for found in declared.values() for section in found]
    plan = PageHeadersPlan(
        directives=_directives(sections, registry, settings.domain), permissions=_permissions(sections)
    )
    length = len(plan.content_security(())) + regions * _LONGEST_BUCKET_HOST
    if length > MAX_CONTENT_SECURITY:
        raise InvalidInputError([_too_long(registry.file, declared, length)])
    return plan


def _declared(spec: PluginSpec) -> Iterable[Browser]:
    return (section for section in (spec.site, spec.frontend) if section)


def _directives(sections: list[Browser], registry: Registry, domain: str) -> Mapping[str, tuple[str, ...]]:
    return {
        "default-src": ("'self'",),
        "script-src": ("'self'", *_scripts(sections, registry)),
        # UMD bundles and Next.js write their styles into the page.
        "style-src": ("'self'", "'unsafe-inline'", *_hosts(found.style for found in sections)),
        "img-src": ("'self'", "data:", "blob:", "https:"),
        "font-src": ("'self'", "data:", *_hosts(found.font for found in sections)),
        "connect-src": ("'self'", f"wss://{domain}", *_hosts(found.connect for found in sections)),
        "media-src": ("'self'", "blob:", "https:"),
        "frame-src": ("'self'", *_hosts(found.frame for found in sections)),
        "worker-src": ("'self'", "blob:"),
        "frame-ancestors": ("'none'",),
        "base-uri": ("'self'",),
        "form-action": ("'self'",),
        "object-src": ("'none'",),
        **({"report-uri": (REPORTS,)} if _takes_reports(registry) else {}),
        "upgrade-insecure-requests": (),
    }


def _scripts(sections: list[Browser], registry: Registry) -> Iterable[str]:
    site = registry.site.site if registry.site else None
    if site:
        yield from (f"'{digest}'" for digest in site.script_hashes)
        if site.unsafe_inline:
            yield "'unsafe-inline'"
    if any(found.unsafe_eval for found in sections):
        yield "'unsafe-eval'"


def _hosts(stated: Iterable[tuple[str, ...]]) -> Iterable[str]:
    hosts = dict.fromkeys(host for found in stated for host in found)
    return (host if "://" in host else f"https://{host}" for host in hosts)


def _permissions(sections: list[Browser]) -> str:
    asked = {permission for found in sections for permission in found.permissions}
    return ", ".join(f"{name}={'(self)' if name in asked else '()'}" for name in (*get_args(Permission), *_NEVER_ASKED))


def _takes_reports(registry: Registry) -> bool:
    return any(
        REPORTS in (f"{backend.api_prefix}{path}" for path in backend.auth.public)
        for spec in registry.plugins
        if (backend := spec.backend) and spec.lifecycle.serves
    )


def _too_long(file: str, declared: Mapping[str, list[Browser]], length: int) -> Problem:
    def stated(name: str) -> list[str]:
        return [host for found in declared[name] for host in (*found.connect, *found.frame, *found.font, *found.style)]

    most = max(declared, key=lambda name: sum(map(len, stated(name))))
    return Problem(
        file=file,
        entry=most,
        field="frontend.connect, frame, font, style",
        value=", ".join(stated(most)),
        rule=f"the content security policy of all entries has at most {MAX_CONTENT_SECURITY} characters, which is what "
        f"CloudFront takes; it would have {length}",
        fix="name a wildcard in place of several hosts (*.example.com), or ask them from the backend (network.egress)",
    )
