"""How long CloudFront keeps an answer, what of a request it passes on, and which headers it adds."""

import pulumi
from pulumi_aws import cloudfront

from components.data.buckets import Buckets
from components.shared.component import Component
from planning.edge.behaviours import Caching
from planning.edge.cdn import MINUTE, YEAR, CdnPlan

NEVER_CACHED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""AWS's own cache policy CachingDisabled."""

ALL_OF_THE_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
"""AWS's own origin request policy AllViewer: headers (Host too), cookies and query strings go to the gateway."""

HOST_ALONE = "bf0718e1-ba1e-49d1-88b1-f726733018ae"
"""AWS's own origin request policy HostHeaderOnly: the site's name, by which the gateway finds a route."""

_HSTS_SECONDS = 2 * YEAR


class CachePolicies(Component, token="naap:platform:CdnPolicies"):
    """Handles: cache and headers by kind of caching; cache_shell for what matches no path."""

    def __init__(
        self, name: str, *, plan: CdnPlan, storage: Buckets, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        self._name, self._cdn = name, plan
        self._uploads = [storage.in_region(gateway.region).uploads.regional_domain_name for gateway in plan.gateways]
        self.cache: dict[Caching, pulumi.Input[str]] = {
            # As the answer says, which Next.js and uploads of bundles do: of /_next/static/..%2f..%2flogin the gateway
            # makes a page, and what states nothing is kept by nobody.
            Caching.IMMUTABLE: self._cache("immutable", default=0, longest=YEAR),
            Caching.BRIEF: self._cache("brief", default=MINUTE, longest=5 * MINUTE),
            Caching.NEVER: NEVER_CACHED,
        }
        # The shell's own files say for themselves how long they last; its one page says nothing and lasts a minute.
        self.cache_shell = self._cache("shell", default=MINUTE, longest=YEAR)
        site = self._headers("site", page=True)
        self.headers = {
            # How long browsers keep a bundle says its upload: said here, it would be said of S3's 403 and 503 too.
            Caching.IMMUTABLE: self._headers("immutable", page=False),
            Caching.BRIEF: site,
            Caching.NEVER: self._headers("api", page=False),
        }
        self.headers_shell = site

    def _cache(self, part: str, *, default: int, longest: int) -> pulumi.Output[str]:
        keyed = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs
        return cloudfront.CachePolicy(
            f"{self._name}-cache-{part}",
            name=self._cdn.policy_name(part),
            min_ttl=0,
            default_ttl=default,
            max_ttl=longest,
            parameters_in_cache_key_and_forwarded_to_origin=keyed(
                cookies_config=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs(
                    cookie_behavior="none"
                ),
                headers_config=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs(
                    header_behavior="none"
                ),
                query_strings_config=(
                    cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs(
                        query_string_behavior="none"
                    )
                ),
                enable_accept_encoding_brotli=True,
                enable_accept_encoding_gzip=True,
            ),
            opts=self.child(),
        ).id

    def _headers(self, part: str, *, page: bool) -> pulumi.Output[str]:
        item = cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs
        return cloudfront.ResponseHeadersPolicy(
            f"{self._name}-headers-{part}",
            name=self._cdn.policy_name(part),
            security_headers_config=_security_headers(self._cdn, self._content_security() if page else None),
            custom_headers_config=cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs(
                items=[item(header="Permissions-Policy", value=self._cdn.page_headers.permissions, override=True)]
            )
            if page
            else None,
            opts=self.child(),
        ).id

    def _content_security(self) -> pulumi.Output[str]:
        return pulumi.Output.all(*self._uploads).apply(self._cdn.page_headers.content_security)


def _security_headers(
    plan: CdnPlan, content_security: pulumi.Output[str] | None
) -> cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs:
    """All of them replace what an origin sends: the shell's server has policies of its own, which know no entries."""
    return cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
        strict_transport_security=(
            cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
                access_control_max_age_sec=_HSTS_SECONDS,
                include_subdomains=plan.hsts_subdomains,
                preload=plan.hsts_preload,
                override=True,
            )
        ),
        content_type_options=cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(override=True),
        frame_options=cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs(
            frame_option="DENY", override=True
        ),
        referrer_policy=cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
            referrer_policy="strict-origin-when-cross-origin", override=True
        ),
        content_security_policy=cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs(
            content_security_policy=content_security, override=True
        )
        if content_security is not None
        else None,
    )
