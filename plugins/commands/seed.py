"""What the application's shell has to find in its own tables: its menu, its roles, the first administrator."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from console.terminal import Answer
from planning.database.jobs.sql import literal
from planning.edge.shell_documents import bundle_key, styles_key
from planning.inputs.problem import refusal
from planning.inputs.registry.frontend import Frontend
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.shared.naming import sql_name
from plugins.commands.installs_api import package_name
from plugins.registry.parse import load_registry

SCHEMA = "public"
_ADMINISTRATION = [{"resource": each, "action": "*"} for each in ("user", "role", "plugin", "marketplace")]
_OPERATION = [{"resource": each, "action": "*"} for each in ("gateway", "orchestrator")]
ROLES: list[dict[str, Any]] = [
    {
        "role": "root",
        "label": "System Root",
        "description": "Unrestricted access",
        "permissions": [{"resource": "*", "action": "*"}],
        "may_give": ["*"],
        "has": [],
    },
    {
        "role": "admin",
        "label": "Platform Administrator",
        "description": "Manages users, plugins, and marketplace",
        "permissions": [*_ADMINISTRATION, {"resource": "audit", "action": "read"}],
        "may_give": ["system:admin", "system:operator", "system:viewer"],
        "has": ["system:operator"],
    },
    {
        "role": "operator",
        "label": "Platform Operator",
        "description": "Infrastructure operations, no role management",
        "permissions": [*_OPERATION, {"resource": "plugin", "action": "read"}],
        "may_give": [],
        "has": ["system:viewer"],
    },
    {
        "role": "viewer",
        "label": "Viewer",
        "description": "Read-only access",
        "permissions": [{"resource": "*", "action": "read"}],
        "may_give": [],
        "has": [],
    },
]
"""As services/base-svc/src/services/rbac.ts:413 has them, where nothing calls it. role: its name without system:;
may_give: roles that it may give; has: roles whose rights it has too."""

_MENU = """WITH entry AS (
  SELECT * FROM jsonb_to_recordset({entries}) AS entry(name text, "displayName" text, version text, "bundleUrl" text,
    "stylesUrl" text, "globalName" text, routes text[], "order" int, icon text, metadata jsonb, description text,
    category text, "isCore" boolean)
), menu AS (
  INSERT INTO "WorkflowPlugin" AS old (id, name, "displayName", version, "remoteUrl", "bundleUrl", "stylesUrl",
    "globalName", "deploymentType", routes, enabled, "order", icon, metadata, "updatedAt")
  SELECT gen_random_uuid(), name, "displayName", version, "bundleUrl", "bundleUrl", "stylesUrl",
    "globalName", 'cdn', routes, true, "order", icon, metadata, CURRENT_TIMESTAMP FROM entry
  ON CONFLICT (name) DO UPDATE SET "displayName" = EXCLUDED."displayName", version = EXCLUDED.version,
    "remoteUrl" = EXCLUDED."remoteUrl", "bundleUrl" = EXCLUDED."bundleUrl", "stylesUrl" = EXCLUDED."stylesUrl",
    "globalName" = EXCLUDED."globalName", "deploymentType" = 'cdn', routes = EXCLUDED.routes, enabled = true,
    "order" = EXCLUDED."order", icon = EXCLUDED.icon, metadata = EXCLUDED.metadata, "updatedAt" = CURRENT_TIMESTAMP
), package AS (
  INSERT INTO "PluginPackage" (id, name, "displayName", description, category, icon, "isCore", "publishStatus",
    "updatedAt")
  SELECT gen_random_uuid(), name, "displayName", description, category, icon, "isCore", 'published', CURRENT_TIMESTAMP
  FROM entry
  ON CONFLICT (name) DO UPDATE SET "displayName" = EXCLUDED."displayName", description = EXCLUDED.description,
    category = EXCLUDED.category, icon = EXCLUDED.icon, "publishStatus" = 'published', deprecated = false,
    "updatedAt" = CURRENT_TIMESTAMP
), gone AS (
  UPDATE "WorkflowPlugin" SET enabled = false, "updatedAt" = CURRENT_TIMESTAMP
  WHERE enabled AND name NOT IN (SELECT name FROM entry)
    AND name NOT IN (SELECT name FROM "PluginPackage" WHERE "publisherId" IS NOT NULL)
), unlisted AS (
  UPDATE "PluginPackage" SET "publishStatus" = 'unlisted', "updatedAt" = CURRENT_TIMESTAMP
  WHERE "publishStatus" = 'published' AND "publisherId" IS NULL AND name NOT IN (SELECT name FROM entry)
)
SELECT name, version FROM entry ORDER BY "order", name;"""

_ROLES = """INSERT INTO "Role" (id, name, "displayName", description, permissions, "canAssign", inherits, scope,
  "isSystem", "updatedAt")
SELECT gen_random_uuid(), 'system:' || role, label, description, permissions, may_give, has, 'system', true,
  CURRENT_TIMESTAMP
FROM jsonb_to_recordset({roles}) AS role(role text, label text, description text, permissions jsonb, may_give text[],
  has text[])
ON CONFLICT (name) DO UPDATE SET "displayName" = EXCLUDED."displayName", description = EXCLUDED.description,
  permissions = EXCLUDED.permissions, "canAssign" = EXCLUDED."canAssign", inherits = EXCLUDED.inherits,
  "updatedAt" = CURRENT_TIMESTAMP;"""

_ADMINISTRATOR = """INSERT INTO "UserRole" (id, "userId", "roleId")
SELECT gen_random_uuid(), "User".id, "Role".id FROM "User", "Role"
WHERE "User".email = {email} AND "Role".name = 'system:admin' ON CONFLICT ("userId", "roleId") DO NOTHING;"""

_NOBODY = """BEGIN IF NOT EXISTS (SELECT FROM "User" WHERE email = {email}) THEN
  RAISE EXCEPTION 'nobody with this address has signed up'; END IF; END"""

_ADMINISTRATORS = """SELECT "User".email AS administrator, "User"."emailVerified" FROM "User"
JOIN "UserRole" ON "userId" = "User".id JOIN "Role" ON "Role".id = "roleId" WHERE "Role".name = 'system:admin';"""


def seed(path: Path, administrator: str | None) -> Answer:
    """SQL for psql that makes the shell's tables say what the registry does; a second run changes nothing more.

    administrator: address of a user who becomes one. Raises InvalidInputError where no entry has the shell's tables.
    """
    text = seed_sql(load_registry(path, production=False), administrator)
    return Answer(data={"sql": text}, text=text)


def seed_sql(registry: Registry, administrator: str | None = None) -> str:
    """One transaction, as the owner of the tables. What users published themselves it leaves alone."""
    owner = next((one for one in registry.plugins if one.database and one.database.schema_name == SCHEMA), None)
    if owner is None:
        rule, fix = "an entry has the shell's tables", "add base-svc with database: {schema: public}"
        raise refusal(file=registry.file, field="plugins", value="(no schema public)", rule=rule, fix=fix)
    # A draining plugin stays with those who have it.
    served = [_row(one, one.frontend) for one in registry.plugins if one.frontend and one.lifecycle.serves]
    parts = [
        "\\set ON_ERROR_STOP on\nBEGIN;",
        f"SET LOCAL ROLE {sql_name(owner.name)}_owner;\nSET LOCAL search_path = {SCHEMA};",
        _MENU.format(entries=literal(json.dumps(served))),
        _ROLES.format(roles=literal(json.dumps(ROLES))),
    ]
    if administrator:
        email = literal(administrator)
        parts += [f"DO {literal(_NOBODY.format(email=email))};", _ADMINISTRATOR.format(email=email)]
    return "\n\n".join([*parts, _ADMINISTRATORS, "COMMIT;"])


def _row(plugin: PluginSpec, frontend: Frontend) -> dict[str, Any]:
    """The columns of an entry, as packages/database/src/plugin-discovery.ts fills them, with the entry's version."""
    navigation, manifest, name = frontend.navigation, plugin.manifest, package_name(plugin.name)
    build = frontend.builds.get(plugin.version)
    styles = styles_key(plugin.name, plugin.version, frontend.bundle) if build and build.styles else None
    return {
        "name": name,
        "displayName": plugin.display_name,
        "version": plugin.version,
        "bundleUrl": f"/{quote(bundle_key(plugin.name, plugin.version, frontend.bundle))}",
        "stylesUrl": styles and f"/{quote(styles)}",
        "globalName": "NaapPlugin" + re.sub("^.", lambda first: first[0].upper(), name),
        "routes": frontend.routes,
        "order": 99 if navigation is None or navigation.order is None else navigation.order,
        "icon": (navigation and navigation.icon) or "Box",
        "metadata": {"navigation": navigation.model_dump(exclude_none=True)} if navigation else {},
        "description": manifest.get("description"),
        "category": manifest.get("category") or "other",
        "isCore": manifest.get("isCore") is True,
    }
