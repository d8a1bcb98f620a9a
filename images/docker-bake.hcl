# The images that the application's own repository publishes nowhere: `make images` builds and pushes them.

variable "APP" {
  description = "A checkout of the application."
}
variable "REGISTRY" {
  description = "Where images go, as ghcr.io/OWNER."
}
variable "VERSION" {
  description = "Their tag."
}
variable "SITE" {
  description = "The site's address, which browsers' code has in it, as https://dev.naap.example."
}
variable "HERE" {
  description = "This folder."
}

group "default" {
  targets = ["service", "web-next", "migrations"]
}

target "service" {
  name = each.name
  matrix = {
    each = [
      { name = "base-svc", folder = "services/base-svc" },
      { name = "plugin-server", folder = "services/plugin-server" },
      { name = "storage-svc", folder = "services/storage-svc" },
      { name = "capacity-planner", folder = "plugins/capacity-planner/backend" },
      { name = "community", folder = "plugins/community/backend" },
      { name = "daydream-video", folder = "plugins/daydream-video/backend" },
      { name = "developer-api", folder = "plugins/developer-api/backend" },
      { name = "lightning-client", folder = "plugins/lightning-client/backend" },
      { name = "marketplace", folder = "plugins/marketplace/backend" },
      { name = "my-dashboard", folder = "plugins/my-dashboard/backend" },
      { name = "my-wallet", folder = "plugins/my-wallet/backend" },
      { name = "plugin-publisher", folder = "plugins/plugin-publisher/backend" },
      { name = "service-gateway", folder = "plugins/service-gateway/backend" },
    ]
  }
  context    = APP
  dockerfile = "${HERE}/service/Dockerfile"
  contexts   = { tools = "${HERE}/service" }
  args       = { SERVICE = each.folder }
  platforms  = ["linux/arm64", "linux/amd64"]
  tags       = ["${REGISTRY}/naap-${each.name}:${VERSION}"]
}

target "web-next" {
  context    = APP
  dockerfile = "${HERE}/web-next/Dockerfile"
  contexts   = { tools = "${HERE}/web-next" }
  args = {
    NEXT_PUBLIC_APP_URL        = SITE
    NEXT_PUBLIC_PLUGIN_CDN_URL = "/bundles"
  }
  platforms = ["linux/arm64", "linux/amd64"]
  tags      = ["${REGISTRY}/naap-web-next:${VERSION}"]
}

# Of the folder that `naap migration add` made and the application keeps: docs/databases.md.
target "migrations" {
  context   = "${HERE}/migrations"
  contexts  = { migrations = "${APP}/packages/database/prisma/by-schema" }
  platforms = ["linux/arm64", "linux/amd64"]
  tags      = ["${REGISTRY}/naap-migrations:${VERSION}"]
}
