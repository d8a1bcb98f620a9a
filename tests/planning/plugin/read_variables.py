"""Which variables the services of github.com/livepeer/naap read, at 2893ab65, each with the line that does."""

from collections.abc import Mapping

from tests.planning.plugin import site_variables

DATABASE = {
    "DATABASE_URL": "packages/database/src/index.ts:55",
    "POSTGRES_PRISMA_URL": "packages/database/src/index.ts:56",
    "POSTGRES_URL": "packages/database/src/index.ts:57",
    "DATABASE_POOL_SIZE": "packages/database/src/index.ts:85",
    "DATABASE_POOL_TIMEOUT": "packages/database/src/index.ts:86",
}
CACHE = {"REDIS_URL": "packages/cache/src/redis.ts:33"}
IDENTITY = {
    "SHELL_URL": "packages/plugin-server-sdk/src/middleware/auth.ts:123",
    "AUTH_SERVICE_URL": "packages/plugin-server-sdk/src/middleware/auth.ts:124",
    "BASE_SVC_URL": "packages/plugin-server-sdk/src/middleware/auth.ts:125",
}
"""Of services that check tokens by the SDK: the first that is set is asked."""
SERVER = {
    **IDENTITY,
    "CORS_ALLOWED_ORIGINS": "packages/plugin-server-sdk/src/server.ts:135",
    "NEXTAUTH_SECRET": "packages/plugin-server-sdk/src/server.ts:233",
    "JWT_SECRET": "packages/plugin-server-sdk/src/server.ts:233",
    "NODE_ENV": "packages/plugin-server-sdk/src/server.ts:234",
}
"""Of services that are made by the SDK's createPluginServer."""

READ: Mapping[str, Mapping[str, str]] = {
    "base-svc": {
        "TRUST_PROXY": "services/base-svc/src/server.ts:20",
        "PORT": "services/base-svc/src/server.ts:21",
        "GOOGLE_CLIENT_ID": "services/base-svc/src/routes/auth.ts:45",
        "GOOGLE_CLIENT_SECRET": "services/base-svc/src/routes/auth.ts:48",
        "FRONTEND_URL": "services/base-svc/src/routes/auth.ts:49",
        "GITHUB_CLIENT_ID": "services/base-svc/src/routes/auth.ts:52",
        "GITHUB_CLIENT_SECRET": "services/base-svc/src/routes/auth.ts:55",
        "MONOREPO_ROOT": "services/base-svc/src/routes/registry.ts:682",
        "PLUGIN_CDN_URL": "services/base-svc/src/routes/registry.ts:683",
        "SESSION_TOKEN_PEPPER": "services/base-svc/src/services/auth.ts:17",
        "NODE_ENV": "services/base-svc/src/services/auth.ts:19",
        "INTERNAL_TOKEN": "services/base-svc/src/services/deployment.ts:368",
        "DOCKER_USERNAME": "services/base-svc/src/services/dockerRegistry.ts:334",
        "DOCKER_TOKEN": "services/base-svc/src/services/dockerRegistry.ts:335",
        "GITHUB_USERNAME": "services/base-svc/src/services/dockerRegistry.ts:340",
        "GITHUB_TOKEN": "services/base-svc/src/services/dockerRegistry.ts:341",
        "ENCRYPTION_MASTER_KEY": "services/base-svc/src/services/encryption.ts:21",
        "SECRET_KEY": "services/base-svc/src/services/encryption.ts:21",
        "KAFKA_BROKERS": "services/base-svc/src/services/kafka-config.ts:6",
        "KAFKA_CLIENT_ID": "services/base-svc/src/services/kafka-config.ts:7",
        "KAFKA_GROUP_ID": "services/base-svc/src/services/kafka-config.ts:11",
        "STORAGE_SERVICE_URL": "services/base-svc/src/services/storageClient.ts:200",
        **DATABASE,
        **CACHE,
    },
    "plugin-server": {
        "BASE_SVC_URL": "services/plugin-server/src/server.ts:48",
        "REQUIRE_PLUGIN_AUTH": "services/plugin-server/src/server.ts:51",
        "NODE_ENV": "services/plugin-server/src/server.ts:131",
        "TRUST_PROXY": "services/plugin-server/src/server.ts:204",
        "PLUGIN_SERVER_PORT": "services/plugin-server/src/server.ts:205",
        "CORS_ALLOWED_ORIGINS": "services/plugin-server/src/server.ts:213",
    },
    "my-wallet": {
        "PORT": "examples/my-wallet/backend/src/server.ts:22",
        "CORS_ORIGINS": "examples/my-wallet/backend/src/server.ts:33",
        "VERCEL": "examples/my-wallet/backend/src/server.ts:162",
        "DISABLE_CRON": "examples/my-wallet/backend/src/server.ts:169",
        "ARBITRUM_RPC_URL": "examples/my-wallet/backend/src/lib/livepeer.ts:169",
        "LIVEPEER_SUBGRAPH_URL": "examples/my-wallet/backend/src/lib/livepeer.ts:116",
        "SUBGRAPH_API_KEY": "examples/my-wallet/backend/src/lib/livepeer.ts:117",
        "NEXT_PUBLIC_SUBGRAPH_API_KEY": "examples/my-wallet/backend/src/lib/livepeer.ts:117",
        "COINGECKO_API_KEY": "examples/my-wallet/backend/src/lib/priceService.ts:51",
        **DATABASE,
        **CACHE,
    },
    "my-dashboard": {
        "PORT": "examples/my-dashboard/backend/src/server.ts:29",
        "CORS_ORIGIN": "examples/my-dashboard/backend/src/server.ts:66",
        **DATABASE,
        **CACHE,
    },
    "daydream-video": {"PORT": "examples/daydream-video/backend/src/server.ts:46", **SERVER, **DATABASE},
    "community": {"PORT": "plugins/community/backend/src/server.ts:223", **SERVER, **DATABASE},
    "developer-api": {
        "PORT": "plugins/developer-api/backend/src/server.ts:30",
        "NAAP_API_SERVER_URL": "plugins/developer-api/backend/src/server.ts:168",
        **IDENTITY,
        **DATABASE,
    },
    "web-next": {**site_variables.READ, **DATABASE, **CACHE},
    "service-gateway": {
        "PORT": "plugins/service-gateway/backend/src/server.ts:14",
        "SSH_ALLOWED_HOSTS": "plugins/service-gateway/backend/src/lib/validator.ts:4",
    },
}
"""Of each service, with the packages that it imports. What a package exports and nobody here calls is left out:
NEXTAUTH_SECRET of packages/database/src/dev-api/token-encryption.ts:17, which the site alone uses."""

LEFT: Mapping[str, str] = {
    "POSTGRES_PRISMA_URL": "read where DATABASE_URL is not set",
    "POSTGRES_URL": "read where DATABASE_URL is not set",
    "DATABASE_POOL_TIMEOUT": "read where DATABASE_URL has no query",
    "JWT_SECRET": "read where NEXTAUTH_SECRET is not set",
    "SECRET_KEY": "read where ENCRYPTION_MASTER_KEY is not set",
    "NEXT_PUBLIC_SUBGRAPH_API_KEY": "read where SUBGRAPH_API_KEY is not set",
    "GOOGLE_CLIENT_ID": "optional: signing in with Google",
    "GOOGLE_CLIENT_SECRET": "optional: signing in with Google",
    "GITHUB_CLIENT_ID": "optional: signing in with GitHub",
    "GITHUB_CLIENT_SECRET": "optional: signing in with GitHub",
    "SUBGRAPH_API_KEY": "optional: stakes from The Graph",
    "LIVEPEER_SUBGRAPH_URL": "optional: stakes from elsewhere",
    "ARBITRUM_RPC_URL": "its default is in `egress`",
    "COINGECKO_API_KEY": "optional: more requests a minute",
    "DOCKER_USERNAME": "public images are looked up without",
    "DOCKER_TOKEN": "public images are looked up without",
    "GITHUB_USERNAME": "public images are looked up without",
    "GITHUB_TOKEN": "public images are looked up without",
    "INTERNAL_TOKEN": "sent to /shutdown of containers that base-svc started itself: it starts none here",
    "KAFKA_BROKERS": "the consumer is commented out (services/base-svc/src/server.ts:279)",
    "KAFKA_CLIENT_ID": "the consumer is commented out",
    "KAFKA_GROUP_ID": "the consumer is commented out",
    "MONOREPO_ROOT": "where examples are read from: images have none",
    "STORAGE_SERVICE_URL": "storage-svc has no entry (docs/decisions/services-left-out.md)",
    "REQUIRE_PLUGIN_AUTH": "required anyway, as NODE_ENV is production",
    "VERCEL": "another host",
    "FRONTEND_URL": "the site's",
    "PLUGIN_CDN_URL": "the site's",
    **site_variables.LEFT,
}
"""Variables that no pod has, and why a service is right without."""
