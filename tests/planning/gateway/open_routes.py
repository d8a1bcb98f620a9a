"""Route files of the application's shell that refuse nobody, and why each may be open to anyone.

By path, with a line of apps/web-next/src/app (github.com/livepeer/naap at 2893ab65): every file below the site's
prefixes in which nothing is answered with 401 or 403.
"""

API = "api/v1"
_SAME_FOR_ALL = "the same answer for everybody: public figures of the network, or the build's own texts"
_SIGNS_IN = "whoever asks is about to sign in, and has no session yet"

OPEN = {
    "/api/health": ("api/health/route.ts:27", "says that it runs"),
    "/api/health/services": ("api/health/services/route.ts:110", "says which services run"),
    "/api/pymthouse/keys/exchange": ("api/pymthouse/keys/exchange/route.ts:8", "the key in the request is its check"),
    "/api/signer/device/exchange": ("api/signer/device/exchange/route.ts:8", "the code in the request is its check"),
    "/api/v1/auth/csrf": (f"{API}/auth/csrf/route.ts:9", _SIGNS_IN),
    "/api/v1/auth/device-login-hint": (f"{API}/auth/device-login-hint/route.ts:21", "reads the asker's own cookie"),
    "/api/v1/auth/forgot-password": (f"{API}/auth/forgot-password/route.ts:11", _SIGNS_IN),
    "/api/v1/auth/logout": (f"{API}/auth/logout/route.ts:59", "ends the asker's own session"),
    "/api/v1/auth/mcp/complete": (f"{API}/auth/mcp/complete/route.ts:30", _SIGNS_IN),
    "/api/v1/auth/mcp/identity": (f"{API}/auth/mcp/identity/route.ts:16", "the code in the request is its check"),
    "/api/v1/auth/oauth/google": (f"{API}/auth/oauth/[provider]/route.ts:14", _SIGNS_IN),
    "/api/v1/auth/providers": (f"{API}/auth/providers/route.ts:10", _SIGNS_IN),
    "/api/v1/auth/providers/p/callback": (f"{API}/auth/providers/[providerSlug]/callback/route.ts:61", _SIGNS_IN),
    "/api/v1/auth/providers/p/redirect": (f"{API}/auth/providers/[providerSlug]/redirect/route.ts:16", _SIGNS_IN),
    "/api/v1/auth/register": (f"{API}/auth/register/route.ts:11", _SIGNS_IN),
    "/api/v1/auth/resend-verification": (f"{API}/auth/resend-verification/route.ts:11", _SIGNS_IN),
    "/api/v1/auth/reset-password": (f"{API}/auth/reset-password/route.ts:11", "the token in the request is its check"),
    "/api/v1/auth/verify-email": (f"{API}/auth/verify-email/route.ts:11", "the token in the request is its check"),
    "/api/v1/base/plugins/personalized": (
        f"{API}/base/plugins/personalized/route.ts:23",
        "visitors see plugins too; whose preferences it reads is for the application to check (:26)",
    ),
    "/api/v1/billing-providers": (f"{API}/billing-providers/route.ts:10", _SAME_FOR_ALL),
    "/api/v1/billing/pymthouse/config": (f"{API}/billing/pymthouse/config/route.ts:18", "an address, no secret"),
    "/api/v1/dashboard/fees": (f"{API}/dashboard/fees/route.ts:8", _SAME_FOR_ALL),
    "/api/v1/dashboard/gpu-capacity": (f"{API}/dashboard/gpu-capacity/route.ts:10", _SAME_FOR_ALL),
    "/api/v1/dashboard/job-feed": (f"{API}/dashboard/job-feed/route.ts:23", _SAME_FOR_ALL),
    "/api/v1/dashboard/kpi": (f"{API}/dashboard/kpi/route.ts:10", _SAME_FOR_ALL),
    "/api/v1/dashboard/orchestrators": (f"{API}/dashboard/orchestrators/route.ts:10", _SAME_FOR_ALL),
    "/api/v1/dashboard/pipeline-catalog": (f"{API}/dashboard/pipeline-catalog/route.ts:9", _SAME_FOR_ALL),
    "/api/v1/dashboard/pipelines": (f"{API}/dashboard/pipelines/route.ts:9", _SAME_FOR_ALL),
    "/api/v1/dashboard/pricing": (f"{API}/dashboard/pricing/route.ts:9", _SAME_FOR_ALL),
    "/api/v1/dashboard/protocol": (f"{API}/dashboard/protocol/route.ts:8", _SAME_FOR_ALL),
    "/api/v1/docs/search-index": (f"{API}/docs/search-index/route.ts:4", _SAME_FOR_ALL),
    "/api/v1/gw/discovery": (f"{API}/gw/discovery/route.ts:32", _SAME_FOR_ALL),
    "/api/v1/gw/health": (f"{API}/gw/health/route.ts:12", "says that it runs"),
    "/api/v1/network/capacity": (f"{API}/network/capacity/route.ts:11", _SAME_FOR_ALL),
    "/api/v1/network/live-video-capacity": (f"{API}/network/live-video-capacity/route.ts:10", _SAME_FOR_ALL),
    "/api/v1/network/models": (f"{API}/network/models/route.ts:10", _SAME_FOR_ALL),
    "/api/v1/network/perf-by-model": (f"{API}/network/perf-by-model/route.ts:9", _SAME_FOR_ALL),
    "/api/v1/pipelines/p": (f"{API}/pipelines/[...path]/route.ts:133", "passes it on to a service that isn't here"),
    "/api/v1/protocol-block": (f"{API}/protocol-block/route.ts:17", _SAME_FOR_ALL),
    "/api/v1/registry/packages": (f"{API}/registry/packages/route.ts:13", "what is published, for visitors as well"),
    "/api/v1/releases": (f"{API}/releases/route.ts:53", _SAME_FOR_ALL),
    "/api/v1/storage/files/f": (
        f"{API}/storage/files/[...path]/route.ts:13",
        "403 for a path outside only; see site.md",
    ),
    "/api/v1/teams/role-permissions": (f"{API}/teams/role-permissions/route.ts:10", _SAME_FOR_ALL),
}

NOT_FOR_ALL = {
    "/api/v1/admin/audit": (f"{API}/admin/audit/route.ts:5", "base-svc", "anyone could read and write the audit log"),
    "/api/v1/base/user/preferences": (
        f"{API}/base/user/preferences/route.ts:6", "web-next", "it reads and writes for whom the request names",
    ),
    "/api/v1/dashboard/embed/verify": (
        f"{API}/dashboard/embed/verify/route.ts:10", "web-next", "says where Metabase is",
    ),
    "/api/v1/dashboard/embed/d": (
        f"{API}/dashboard/embed/[id]/route.ts:57", "web-next", "signs an address of Metabase with any parameters",
    ),
    "/api/v1/base/x": (f"{API}/base/[...path]/route.ts:119", "base-svc", "passes everything on to base-svc"),
}  # fmt: skip
"""Who answers instead, or answers only to users, and what anyone could do else."""
