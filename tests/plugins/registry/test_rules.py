"""Every rule of the registry, each with a registry that breaks it and the error that a person reads."""

# ruff: noqa: E501, S108  # a table, one mistake a line; paths of a pod

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from planning.inputs.field_types import IN_WORDS
from planning.inputs.registry.lifecycle import Lifecycle
from plugins.registry.registry_file import json_schema
from plugins.registry.strict_yaml import read_yaml
from tests.plugins.registries import DIGEST, REGISTRY, backend, changed, good, parsed, problems_of

TOMORROW_NEXT_YEAR = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=370)


@dataclass(frozen=True)
class Bad:
    """A registry that breaks one rule: where the error points, and words of its rule and fix."""

    what: str
    entries: Any
    entry: str
    field: str
    value: str
    rule: str
    fix: str
    production: bool = True


def with_entry(name: str, entry: Any) -> dict[str, Any]:
    return {**good(), name: entry}


def alpha_database(**fields: Any) -> dict[str, Any]:
    return changed("alpha", database={"schema": "plugin_alpha", "shard": 0, **fields})


def grants(schema: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"schema": schema, "table": "User", "privileges": ["SELECT"], **fields}]


def tried(**fields: Any) -> dict[str, Any]:
    return {"image": f"ghcr.io/livepeer/naap-beta:2.0.0@{DIGEST}", **fields}


def builds(**fields: Any) -> dict[str, Any]:
    return {"1.0.0": {"gzipBytes": 1, "integrity": "sha384-" + "A" * 64, **fields}}


def real_entry(name: str) -> dict[str, Any]:
    found, _ = read_yaml(REGISTRY.read_text(), "r")
    return found["plugins"][name]


BASE_SERVICE_PATHS = {
    "/admin": "base.ts:358",  # and all of admin/tenants.ts (server.ts:302)
    "/audit": "lifecycle.ts:504",
    "/auth": "auth.ts:62",
    "/base": "base.ts:113",
    "/csp-report": "base.ts:60",
    "/deployments": "tenant.ts:211",
    "/health": "metadata.ts:147",
    "/installations": "lifecycle.ts:53",
    "/integrations": "lifecycle.ts:281",
    "/key-mappings": "secrets.ts:145",
    "/lifecycle": "lifecycle.ts:399",
    "/metrics": "metadata.ts:119",
    "/plugins": "metadata.ts:63",
    "/registry": "registry.ts:93",
    "/roles": "rbac.ts:56",
    "/secrets": "secrets.ts:45",
    "/teams": "team.ts:68",
    "/tenant": "tenant.ts:65",
    "/users": "rbac.ts:122",
    "/validate": "metadata.ts:190",
    "/versions": "metadata.ts:205",
}
"""First parts of what base-svc answers below /api/v1, each with a line of services/base-svc/src/routes that says so
(github.com/livepeer/naap at 2893ab65)."""

TWO_CORE = {
    **good(),
    "one": backend("one", 4100, core=True, network={"calls": ["two"]}),
    "two": backend("two", 4101, core=True, network={"calls": ["one"]}),
}
BAD = [
    Bad("a canary of a singleton", changed("beta", canary=tried(), scaling={"singleton": True}), "beta", "canary", "(present)", "a state of its own", "scaling.singleton"),
    Bad("a canary of the site", changed("beta", canary=tried(), core=True, site={}, apiPrefix="/"), "beta", "canary", "(present)", "not of the site", "remove canary"),
    Bad("a canary of what has stopped", changed("beta", canary=tried(), lifecycle="stopped", installs={"active": 0, "counted": dt.date(2026, 1, 1)}), "beta", "canary", "(present)", "stopped has no pods", "naap plugin abort"),
    Bad("a canary of a bundle", changed("gamma", canary=tried()), "gamma", "canary", "(present)", "no pods to apply this to", "remove canary"),
    Bad("a part of the requests for the version itself", changed("beta", canary=tried(image=good()["beta"]["image"], weight=5)), "beta", "canary.weight", "5", "a canary of the same is over", "weight: 0"),
    Bad("a canary without a digest", changed("beta", canary=tried(image="ghcr.io/livepeer/naap-beta:2.0.0")), "beta", "canary.image", "naap-beta:2.0.0", "by digest", "@sha256:"),
    Bad("a canary whose steps fall", changed("beta", canary=tried(steps=[5, 25, 25])), "beta", "canary.steps", "25, then 25", "steps rise", "[5, 25, 50]"),
    Bad("a canary of all requests", changed("beta", canary=tried(weight=100)), "beta", "canary.weight", "100", "99", ""),
    Bad("a port that another has", changed("beta", port=4001), "beta", "port", "4001", "alpha has it", "port: 400"),
    Bad("a name that turns its order", changed("beta", displayName="My \u202etellaW"), "beta", "displayName", "My ?tellaW", "U+202E", "My Wallet"),
    Bad("a name with a blank of no width", changed("beta", displayName="My\u200bWallet"), "beta", "displayName", "My?Wallet", "U+200B", "My Wallet"),
    Bad("a name with a symbol", changed("beta", displayName="Wallet \u2122"), "beta", "displayName", "Wallet", "U+2122", "My Wallet"),
    Bad("a team that is no tag", changed("beta", owner="R&D"), "beta", "owner", "R&D", "AWS takes letters", "wallet-team"),
    Bad("a start of more than five minutes", changed("beta", probes={"startupSeconds": 301}), "beta", "probes.startupSeconds", "301", "300", "startupSeconds: 120"),
    Bad("a port below 1024", changed("beta", port=80), "beta", "port", "80", "1024", "port:"),
    Bad("a port as text", changed("beta", port="4002"), "beta", "port", "4002", "integer", "remove the quotes: port: 4002"),
    Bad(
        "a prefix that another has", changed("beta", apiPrefix="/api/v1/alpha"),
        "beta", "apiPrefix", "/api/v1/alpha", "alpha has it", "/api/v1/beta",
    ),
    Bad(
        "a prefix within another", changed("beta", apiPrefix="/api/v1/alpha/more"),
        "beta", "apiPrefix", "/api/v1/alpha/more", "don't nest", "/api/v1/beta",
    ),
    Bad(
        "a prefix within the core service's own paths", changed("beta", apiPrefix="/api/v1/auth/login"),
        "beta", "apiPrefix", "/api/v1/auth/login", "base-svc's own", "/api/v1/beta",
    ),
    Bad(
        "the core service's own path", changed("beta", apiPrefix="/api/v1/auth"),
        "beta", "apiPrefix", "/api/v1/auth", "base-svc's own", "/api/v1/beta",
    ),
    Bad(
        "an extra prefix that another has", changed("beta", extraPrefixes=["/api/v1/alpha"]),
        "beta", "extraPrefixes", "/api/v1/alpha", "alpha has it", "/api/v1/beta",
    ),
    Bad(
        "a prefix that names somebody else", changed("beta", apiPrefix="/api/v1/billing"),
        "beta", "apiPrefix", "/api/v1/billing", "shares a word", "freePaths: [/billing] in base-svc",
    ),
    Bad(
        "an extra prefix that names somebody else", changed("beta", extraPrefixes=["/api/v1/billing"]),
        "beta", "extraPrefixes", "/api/v1/billing", "shares a word", "/api/v1/beta",
    ),
    Bad(
        "a free path that is its own", changed("base-svc", freePaths=["/auth/x"]),
        "base-svc", "freePaths", "/auth/x", "ownPaths", "remove /auth/x",
    ),
    Bad(
        "free paths without a catch-all", {"base-svc": changed("base-svc", catchAll=None, ownPaths=None, freePaths=["/x"])["base-svc"]},
        "base-svc", "freePaths", "/x", "catchAll", "catchAll: true",
    ),
    Bad("the prefix of the catch-all", changed("beta", apiPrefix="/api/v1"), "beta", "apiPrefix", "/api/v1", "below", "/api"),
    Bad("a prefix outside /api", changed("beta", apiPrefix="/beta"), "beta", "apiPrefix", "/beta", "CDN", "/api/v1/beta"),
    Bad("a prefix with a blank", changed("beta", apiPrefix="/a b"), "beta", "apiPrefix", "/a b", "a slash and then a-z", "/api/v1/wallet"),
    Bad(
        "an exception of the firewall for all", changed("base-svc", firewallExceptions=["SQLi_BODY"]), "base-svc",
        "firewallExceptions", "SQLi_BODY", "plugins nest under that prefix", "remove firewallExceptions",
    ),
    Bad("a plugin as catch-all", changed("beta", catchAll=True), "beta", "catchAll", "true", "core service", "remove"),
    Bad(
        "own paths without a catch-all", {"base-svc": changed("base-svc", catchAll=None)["base-svc"]},
        "base-svc", "ownPaths", "/auth", "catchAll", "catchAll: true",
    ),
    Bad(
        "a schema that another has", changed("beta", database={"schema": "plugin_alpha", "shard": 0}),
        "beta", "database.schema", "plugin_alpha", "alpha has it", "plugin_beta",
    ),
    Bad("the public schema", alpha_database(schema="public"), "alpha", "database.schema", "public", "core", "plugin_alpha"),
    Bad("a command that is no list", alpha_database(migrate={"command": "prisma"}), "alpha", "database.migrate.command", "prisma", "a valid list", "prisma, migrate"),
    Bad("a migration without a command", alpha_database(migrate={}), "alpha", "database.migrate.command", "(missing)", "required", "prisma, migrate"),
    Bad(
        "a migration's image by its tag", alpha_database(migrate={"image": "r.io/m:1.0.0", "command": ["m"]}),
        "alpha", "database.migrate.image", "r.io/m:1.0.0", "by digest", "image: r.io/m:1.0.0@sha256:",
    ),
    Bad(
        "a column that is none", alpha_database(grants=grants("public", columns=["a b"])),
        "alpha", "database.grants.0.columns.0", "a b", "underscore", "columns",
    ),
    Bad(
        "no columns at all, which would be the whole table", alpha_database(grants=grants("public", columns=[])),
        "alpha", "database.grants.0.columns", "[]", "at least 1", "columns",
    ),
    Bad("a schema of the server", alpha_database(schema="pg_toast"), "alpha", "database.schema", "pg_toast", "server", "plugin"),
    Bad("a schema with a hyphen", alpha_database(schema="a-b"), "alpha", "database.schema", "a-b", "underscores", "plugin_wallet"),
    Bad(
        "a name whose roles are another's", with_entry("alpha-ro", backend("alpha-ro", 4100, database={"schema": "x", "shard": 0})),
        "alpha-ro", "name", "alpha-ro", "alpha_ro is already alpha's", "rename",
    ),
    Bad(
        "a grant on a schema that nobody has", alpha_database(grants=grants("nobody")),
        "alpha", "database.grants", "nobody", "another entry", "one of:",
    ),
    Bad("a grant on its own schema", alpha_database(grants=grants("plugin_alpha")), "alpha", "database.grants", "plugin_alpha", "own", "remove"),
    Bad(
        "a grant that writes", alpha_database(grants=grants("public", privileges=["DELETE"])),
        "alpha", "database.grants.0.privileges.0", "DELETE", "SELECT", "privileges",
    ),
    Bad(
        "a grant across shards", alpha_database(shard=1, grants=grants("public")),
        "alpha", "database.shard", "1", "foreign keys", "shard: 0",
    ),
    Bad("a plugin with another's rights", alpha_database(memberOf=["base-svc"]), "alpha", "database.memberOf", "base-svc", "core services only", "database.grants"),
    Bad(
        "rights of what has no database", with_entry("site", backend("site", 4100, core=True, database={"schema": "site", "shard": 0, "memberOf": ["beta"]})),
        "site", "database.memberOf", "beta", "with a database", "remove beta",
    ),
    Bad(
        "rights on another shard", with_entry("site", backend("site", 4100, core=True, database={"schema": "site", "shard": 1, "memberOf": ["alpha"]})),
        "site", "database.memberOf", "alpha", "alpha is on 0", "shard: 0",
    ),
    Bad("no shard in production", alpha_database(shard=None), "alpha", "database.shard", "(missing)", "pins", "shard:"),
    Bad("a call to nobody", changed("beta", network={"calls": ["nobody"]}), "beta", "network.calls", "nobody", "existing", "alpha"),
    Bad("a call to itself", changed("beta", network={"calls": ["beta"]}), "beta", "network.calls", "beta", "itself", "remove"),
    Bad("a call to a frontend", changed("beta", network={"calls": ["gamma"]}), "beta", "network.calls", "gamma", "backend", "remove"),
    Bad(
        "a call to what is stopped",
        {**changed("beta", lifecycle="stopped", installs={"active": 0, "counted": dt.date(2026, 1, 1)}),
         "alpha": backend("alpha", 4001, network={"calls": ["beta"]})},
        "alpha", "network.calls", "beta", "beta is stopped", "remove",
    ),
    Bad("core services in a circle", TWO_CORE, "one", "network.calls", "two", "circle: one, two", "remove"),
    Bad(
        "a core service that needs a plugin", changed("base-svc", network={"calls": ["alpha"]}),
        "base-svc", "network.calls", "alpha", "retired", "remove",
    ),
    Bad("a target that isn't one", changed("beta", network={"egress": ["nope"]}), "beta", "network.egress", "nope", "host name", "api."),
    Bad("all of the internet", changed("beta", network={"egress": ["0.0.0.0/0"]}), "beta", "network.egress", "0.0.0.0/0", "port", ":443"),
    Bad(
        "instance metadata", changed("beta", network={"egress": ["169.254.169.254/32:80"]}),
        "beta", "network.egress", "169.254.169.254/32:80", "metadata", "api.example.com",
    ),
    Bad(
        "the platform's own network", changed("beta", network={"egress": ["10.64.0.0/16"]}),
        "beta", "network.egress", "10.64.0.0/16", "network.calls", "api.example.com",
    ),
    Bad("SSH to a host by its name", changed("beta", network={"egress": ["host.example.com:22"]}), "beta", "network.egress", "host.example.com:22", "single addresses", "203.0.113.7/32:22"),
    Bad("SSH to a network", changed("beta", network={"egress": ["203.0.113.0/24:22"]}), "beta", "network.egress", "203.0.113.0/24:22", "single addresses", "/32:22"),
    Bad("no digest in production", changed("beta", image="ghcr.io/a/b:1"), "beta", "image", "ghcr.io/a/b:1", "digest", "@sha256"),
    Bad("an image without a tag", changed("beta", image="ghcr.io/a/b"), "beta", "image", "ghcr.io/a/b", "registry/name:tag", "image: ghcr.io"),
    Bad("a backend without port", changed("beta", port=None), "beta", "port", "(missing)", "image, port and apiPrefix", "add port"),
    Bad("an entry of nothing", with_entry("delta", {"version": "1.0.0"}), "delta", "image", "(missing)", "frontend", "add"),
    Bad("resources without a backend", changed("gamma", resources={"cpu": "1000m"}), "gamma", "resources", "(present)", "no pods", "remove"),
    Bad("cpu as a number", changed("beta", resources={"cpu": 0.25}), "beta", "resources.cpu", "0.25", "string", '"0.25"'),
    Bad("cpu beyond a node", changed("beta", resources={"cpu": "9000m"}), "beta", "resources.cpu", "9000m", "4000m", "cpu: 250m"),
    Bad(
        "a cpu limit below the request", changed("beta", resources={"cpu": "500m", "cpuLimit": "100m"}),
        "beta", "resources.cpuLimit", "100m", "at least the request", "cpuLimit: 1000m",
    ),
    Bad("memory for a mouse", changed("beta", resources={"memory": "8Mi"}), "beta", "resources.memory", "8Mi", "64Mi", "256Mi"),
    Bad("a share above one", changed("beta", share=1.5), "beta", "share", "1.5", "less than or equal to 1", "share: 0.3"),
    Bad("a share of nothing", changed("beta", share=0), "beta", "share", "0", "greater than 0", "share: 0.3"),
    Bad("timed work in a singleton", changed("beta", cron=True, scaling={"singleton": True}), "beta", "cron", "true", "twice", "remove cron"),
    Bad(
        "the name of another's timed work", {**changed("beta", cron=True), "beta-cron": backend("beta-cron", 4100)},
        "beta-cron", "name", "beta-cron", "timed work", "beta-timer",
    ),
    Bad("a variable that the platform sets", changed("beta", env={"PORT": "1"}), "beta", "env.PORT", "(not shown", "platform", "remove PORT"),
    Bad("a place where errors are sent", changed("beta", env={"SENTRY_DSN": "https://key@sentry.example/1"}), "beta", "env.SENTRY_DSN", "(not shown", "secret", "--secret"),
    Bad("a secret by its name", changed("beta", env={"MY_API_KEY": "v"}), "beta", "env.MY_API_KEY", "(not shown", "secret", "--secret"),
    Bad(
        "a secret by its value", changed("beta", env={"DSN": "https://me:hunter2@host/x"}),
        "beta", "env.DSN", "(not shown", "secret", "rotate",
    ),
    Bad("a variable of its network", changed("beta", derivedSecrets=["REDIS_URL"]), "beta", "derivedSecrets.REDIS_URL", "(not shown", "platform", "remove"),
    Bad("a variable of its storage", changed("beta", secrets=["UPLOADS_BUCKET"]), "beta", "secrets.UPLOADS_BUCKET", "(not shown", "platform", "remove"),
    Bad("a plugin with another's secret", changed("beta", sharedSecrets={"PEPPER": "base-svc"}), "beta", "sharedSecrets", "PEPPER", "core services only", "derivedSecrets"),
    Bad(
        "a shared secret that its owner doesn't derive", with_entry("site", backend("site", 4100, core=True, sharedSecrets={"PEPPER": "base-svc"})),
        "site", "sharedSecrets.PEPPER", "base-svc", "base-svc derives", "derivedSecrets: [PEPPER] in base-svc",
    ),
    Bad(
        "a shared secret of nobody", with_entry("site", backend("site", 4100, core=True, sharedSecrets={"PEPPER": "nobody"})),
        "site", "sharedSecrets.PEPPER", "nobody", "derived secret", "nobody has it",
    ),
    Bad("a manifest beside the root", changed("beta", manifestPath="plugin.json"), "beta", "manifestPath", "plugin.json", "absolute path", "/app/plugin.json"),
    Bad(
        "a manifest on the writable mount", changed("beta", manifestPath="/tmp/plugin.json"),
        "beta", "manifestPath", "/tmp/plugin.json", "mount", "/app/plugin.json",
    ),
    Bad("a manifest's path without a backend", changed("gamma", manifestPath="/app/x.json"), "gamma", "manifestPath", "(present)", "no pods", "remove"),
    Bad("a number in the environment", changed("beta", env={"LEVEL": 3}), "beta", "env.LEVEL", "(not shown", "string", "quotes"),
    Bad(
        "a name in env and secrets", changed("beta", env={"LEVEL": "3"}, secrets=["LEVEL"]),
        "beta", "env.LEVEL", "LEVEL", "once", "remove",
    ),
    Bad("a probe that trips limits", changed("beta", probes={"periodSeconds": 3}), "beta", "probes.periodSeconds", "3", "rate limits", "10"),
    Bad(
        "a bundle above 500 KB", changed("gamma", frontend={"bundle": "g.js", "builds": builds(gzipBytes=512_001)}),
        "gamma", "frontend.builds.1.0.0.gzipBytes", "512001", "512,000", "gzipBytes",
    ),
    Bad(
        "an integrity of the wrong kind", changed("gamma", frontend={"bundle": "g.js", "builds": builds(integrity="md5-x")}),
        "gamma", "frontend.builds.1.0.0.integrity", "md5-x", "Subresource", "sha384-",
    ),
    Bad(
        "a route that another shows", with_entry("delta", {"version": "1.0.0", "frontend": {"bundle": "d.js", "routes": ["/gamma"]}}),
        "delta", "frontend.routes", "/gamma", "gamma has it", "/delta",
    ),
    Bad(
        "a version whose bundle nobody measured", changed("gamma", version="1.1.0", frontend={"bundle": "g.js", "builds": builds()}),
        "gamma", "version", "1.1.0", "measured", "1.0.0",
    ),
    Bad(
        "a page where the gateway answers", changed("gamma", frontend={"bundle": "g.js", "routes": ["/api/gamma"]}),
        "gamma", "frontend.routes", "/api/gamma", "gateway answers /api/*", "another",
    ),
    Bad(
        "pages below a core service's prefix", {**changed("base-svc", extraPrefixes=["/ws"]), "gamma": {"version": "1.0.0", "frontend": {"bundle": "g.js", "routes": ["/ws/*"]}}},
        "gamma", "frontend.routes", "/ws/*", "gateway answers /ws", "another",
    ),
    Bad(
        "pages among the bundles", changed("gamma", frontend={"bundle": "g.js", "routes": ["/bundles/*"]}),
        "gamma", "frontend.routes", "/bundles/*", "bundles answers", "another",
    ),
    Bad("stopped without a count", changed("beta", lifecycle="stopped"), "beta", "lifecycle", "stopped", "counted", "retire"),
    Bad(
        "stopped while installs remain", changed("beta", lifecycle="stopped", installs={"active": 3, "counted": dt.date(2026, 1, 31)}),
        "beta", "lifecycle", "stopped", "3 on 2026-01-31", "draining",
    ),
    Bad(
        "a count of the future", changed("beta", installs={"active": 3, "counted": TOMORROW_NEXT_YEAR}),
        "beta", "installs.counted", str(TOMORROW_NEXT_YEAR), "has been", "retire",
    ),
    Bad(
        "a day that isn't one", changed("beta", installs={"active": 3, "counted": "2026-13-45"}),
        "beta", "installs.counted", "2026-13-45", "", "2026-01-31",
    ),
    Bad("a core service on its way out", changed("base-svc", lifecycle="draining"), "base-svc", "lifecycle", "draining", "needs", "active"),
    Bad("a step that isn't one", changed("beta", lifecycle="gone"), "beta", "lifecycle", "gone", "'draining'", "lifecycle: active"),
    Bad("a name in capitals", with_entry("Delta", backend("delta", 4100)), "Delta", "name", "Delta", "DNS label", "lower case"),
    Bad("a name too long", with_entry("a" * 33, backend("delta", 4100)), "a" * 33, "name", "a" * 33, "32", "short"),
    Bad("a name that starts with a digit", with_entry("1up", backend("up", 4100)), "1up", "name", "1up", "a-z first", "rename"),
    *(
        Bad(f"the name {name}", with_entry(name, backend(name, 4100)), name, "name", name, "platform", f"my-{name}")
        for name in ("pg", "rds", "all", "sameuser", "samerole", "samegroup", "replication")
    ),
    *(
        Bad(
            f"the schema {schema}", alpha_database(schema=schema),
            "alpha", "database.schema", schema, "of the platform", "schema: plugin_alpha",
        )
        for schema in ("naap_pooler", "naap_x", "plugin_beta__archived", "plugin_beta__moved")
    ),
    Bad("a name of the platform's", with_entry("naap-x", backend("x", 4100)), "naap-x", "name", "naap-x", "platform", "my-x"),
    Bad("a name that the server keeps", with_entry("pg-stats", backend("x", 4100)), "pg-stats", "name", "pg-stats", "platform", "my-"),
    Bad("a field that isn't there", changed("beta", prot=1), "beta", "prot", "(unknown field)", "only known fields", "port"),
    Bad(
        "a field that isn't there, deeper", changed("beta", scaling={"queuDepth": 1}),
        "beta", "scaling.queuDepth", "(unknown field)", "queueDepth, singleton", "queueDepth",
    ),
    Bad("no version", changed("beta", version=None), "beta", "version", "(missing)", "required", "version: 1.0.0"),
    Bad("a version that is none", changed("beta", version="1.0"), "beta", "version", "1.0", "three numbers with dots", "version: 1.0.0"),
    Bad("a version as a number", changed("beta", version=1.0), "beta", "version", "1.0", "string", '"1.0"'),
    Bad("an entry that is text", with_entry("delta", "hello"), "delta", "", "hello", "dictionary", "version"),
    Bad("an entry that is empty", with_entry("delta", None), "delta", "", "null", "dictionary", "version"),
    Bad(
        "a prefix rewritten to itself", changed("beta", rewritePrefix="/api/v1/beta"),
        "beta", "rewritePrefix", "/api/v1/beta", "another prefix", "remove",
    ),
    Bad("a rewrite that is no path", changed("beta", rewritePrefix="api"), "beta", "rewritePrefix", "api", "a slash alone, or", "/api/v1/my-wallet"),
    Bad("a body too large", changed("beta", requests={"bodyMib": 101}), "beta", "requests.bodyMib", "101", "100", "50"),
    Bad("a request too long", changed("beta", requests={"timeoutSeconds": 301}), "beta", "requests.timeoutSeconds", "301", "300", "90"),
    Bad(
        "a path that is public and streams", changed("beta", auth={"public": ["/a"]}, requests={"streaming": ["/a"]}),
        "beta", "requests.streaming", "/a", "one of", "once",
    ),
    Bad("a list with an item twice", changed("beta", auth={"public": ["/a", "/a"]}), "beta", "auth.public", "/a", "once", "second /a"),
    Bad("only one limit", changed("beta", rateLimit={"userPerMinute": 5}), "beta", "rateLimit.clientPerMinute", "(missing)", "required", "300"),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.what)
def test_each_mistake_gets_its_own_error(bad: Bad) -> None:
    found = problems_of(bad.entries, production=bad.production)
    here = [problem for problem in found if (problem.entry, problem.field) == (bad.entry, bad.field)]
    assert here, f"no error at {bad.entry} {bad.field}; but: {[str(problem) for problem in found]}"
    problem = next((each for each in here if bad.rule in each.rule and bad.value in each.value), here[0])
    assert problem.file == "registry.yaml"
    assert bad.value in problem.value
    assert bad.rule in problem.rule
    assert bad.fix in problem.fix


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.what)
def test_no_mistake_is_blamed_on_an_innocent_entry(bad: Bad) -> None:
    blamed = {problem.entry for problem in problems_of(bad.entries, production=bad.production)}
    # A circle has two sides.
    assert blamed <= {bad.entry, "one", "two"}


def test_the_good_registry_has_no_error() -> None:
    assert problems_of(good()) == ()


def test_all_errors_of_all_entries_are_shown_at_once() -> None:
    entries = changed("beta", port="x", version=2)
    entries["alpha"]["share"] = 7
    entries["gamma"]["surprise"] = 1
    entries["base-svc"]["image"] = "ghcr.io/a/b:1"
    found = {(problem.entry, problem.field) for problem in problems_of(entries)}
    assert found == {
        ("beta", "port"),
        ("beta", "version"),
        ("alpha", "share"),
        ("gamma", "surprise"),
        ("base-svc", "image"),
    }


def test_a_wrong_field_hides_nothing_that_the_others_of_its_entry_get_wrong() -> None:
    entries = changed(
        "beta",
        port="x",
        surprise=1,
        apiPrefix="/api/v1/auth/more",
        resources={"cpu": "1m"},
        database={"schema": "plugin_alpha", "shard": 0},
    )
    entries["gamma"] |= {"share": 7, "frontend": {"bundle": "gamma.js", "routes": ["/api/gamma", "/api/gamma"]}}

    found = {(problem.entry, problem.field) for problem in problems_of(entries)}

    assert found == {
        ("beta", "port"),
        ("beta", "surprise"),
        ("beta", "apiPrefix"),
        ("beta", "resources.cpu"),
        ("beta", "database.schema"),
        ("gamma", "share"),
        ("gamma", "frontend.routes"),
    }


def test_a_core_service_with_a_wrong_field_keeps_its_own_paths() -> None:
    entries = changed("base-svc", port="x")
    entries["beta"]["apiPrefix"] = "/api/v1/auth/beta"

    assert {(each.entry, each.field) for each in problems_of(entries)} == {("base-svc", "port"), ("beta", "apiPrefix")}


@pytest.mark.parametrize("name", sorted(good()))
def test_a_wrong_field_is_all_that_is_wrong_with_a_right_entry(name: str) -> None:
    """Of each field of each kind of entry: none is missed by what depends on it."""
    entry = good()[name]
    for field in (*entry, "core", "site", "cache", "env", "lifecycle", "extraPrefixes"):
        found = problems_of({**good(), name: {**entry, field: {"no": ["such"]}}})
        assert {problem.entry for problem in found} == {name}
        assert {problem.field.partition(".")[0] for problem in found} == {field}


def test_a_broken_entry_is_still_there_for_those_that_call_it() -> None:
    found = problems_of({**changed("base-svc", port="x")})
    assert {problem.entry for problem in found} == {"base-svc"}


def test_digests_and_shards_are_demanded_in_production_only() -> None:
    entries = changed("alpha", image="ghcr.io/a/b:1", database={"schema": "plugin_alpha"})
    assert len(problems_of(entries)) == 2
    assert problems_of(entries, production=False) == ()


def test_a_prefix_that_only_starts_alike_is_no_nesting() -> None:
    assert problems_of(changed("beta", apiPrefix="/api/v1/alpha-beta")) == ()


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("my-wallet", "/wallet"), ("developer-api", "/developer"), ("lightning-client", "/lightning"),
        ("gateway-manager", "/gateway/v2"), ("odd", "/odd-one"), ("charts", "/chart"), ("team.notes", "/notes"),
    ],
)  # fmt: skip
def test_a_prefix_says_whose_it_is_by_a_word(name: str, prefix: str) -> None:
    name = name.replace(".", "-")
    entry = backend(name, 4100, apiPrefix=f"/api/v1{prefix}")
    assert problems_of(with_entry(name, entry)) == ()


def test_a_path_that_the_core_service_gives_away_is_any_plugins() -> None:
    entries = changed("base-svc", freePaths=["/ssh-bridge"])
    entries["beta"]["apiPrefix"] = "/api/v1/ssh-bridge"
    assert problems_of(entries) == ()
    entries["beta"]["apiPrefix"] = "/api/v1/ssh-bridges"
    assert [problem.field for problem in problems_of(entries)] == ["apiPrefix"]


def test_without_a_core_service_above_it_a_prefix_may_be_any() -> None:
    assert problems_of({"beta": backend("beta", 4002, apiPrefix="/api/v1/anything")}) == ()


@pytest.mark.parametrize("path", sorted(BASE_SERVICE_PATHS))
def test_no_plugin_takes_a_path_that_the_base_service_answers(path: str) -> None:
    """Whatever its name: it would get everyone's credentials."""
    own = real_entry("base-svc")
    name = path.strip("/") + "-more"
    entries = {"base-svc": own, name: backend(name, 4100, apiPrefix=f"/api/v1{path}/more")}
    found = problems_of(entries)
    assert [(problem.entry, problem.field) for problem in found] == [(name, "apiPrefix")]
    assert "base-svc's own" in found[0].rule


def test_the_base_services_own_paths_are_those_of_its_source() -> None:
    assert sorted(real_entry("base-svc")["ownPaths"]) == sorted(BASE_SERVICE_PATHS)


def test_a_stopped_plugin_whose_installs_are_gone_passes() -> None:
    entries = changed("beta", lifecycle="stopped", installs={"active": 0, "counted": dt.date(2026, 1, 1)})
    beta = next(plugin for plugin in parsed(entries).plugins if plugin.name == "beta")
    assert beta.lifecycle is Lifecycle.STOPPED


def test_a_quoted_day_is_the_same_day() -> None:
    entries = changed("beta", installs={"active": 1, "counted": "2026-01-31"})
    assert problems_of(entries) == ()


def test_no_secret_of_the_registry_stands_in_an_error() -> None:
    entries = changed("beta", env={"DSN": "https://me:hunter2@host/x", "bad name": "hunter2", "N": ["hunter2"]})
    text = "\n".join(str(problem) for problem in problems_of(entries))
    assert "env" in text
    assert "hunter2" not in text


def test_images_without_registry_host_ports_and_digests_are_told_apart() -> None:
    for image in (f"localhost:5000/a/b:1@{DIGEST}", f"ghcr.io/a-b/c_d.e:v1.2@{DIGEST}"):
        assert problems_of(changed("beta", image=image)) == ()
    for image in ("a b:1", "ghcr.io/a:1@sha256:123", "https://ghcr.io/a:1", "ghcr.io/A:1", "ghcr.io/a:1\n"):
        assert problems_of(changed("beta", image=image))


def test_no_regular_expression_is_shown_to_a_person() -> None:
    stated = json.dumps(json_schema())
    patterns = set(re.findall(r'"pattern(?:Properties)?": (?:\{)?("(?:[^"\\\\]|\\\\.)*")', stated))
    assert {json.loads(pattern) for pattern in patterns} == set(IN_WORDS)
