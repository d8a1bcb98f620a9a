"""A Prisma schema with what the application's has: ten schemas, a hundred tables, enums, keys that cross schemas."""

OWNED = (
    "public",
    "plugin_wallet",
    "plugin_dashboard",
    "plugin_daydream",
    "plugin_community",
    "plugin_developer_api",
    "plugin_service_gateway",
    "plugin_orchestrator_leaderboard",
)
"""Schemas of entries of the registry; the others are nobody's yet."""
SCHEMAS = (*OWNED, "plugin_capacity", "plugin_gateway")
_HEAD = """
generator client {{
  provider   = "prisma-client-js"
  output     = "./client"
  engineType = "client"
}}
datasource db {{
  provider  = "postgresql"
  url       = env("DATABASE_URL")
  directUrl = env("DATABASE_URL_UNPOOLED")
  schemas   = [{schemas}]
}}
"""
_MODELS = """
enum Chain {{
  ARBITRUM
  ETHEREUM
  {chain}
  @@schema("plugin_wallet")
}}
enum PostType {{
  QUESTION
  DISCUSSION
  @@schema("plugin_community")
}}
model User {{
  id          String             @id @default(uuid())
  email       String?            @unique
  displayName String?
  bio         String?
  avatarUrl   String?
  updatedAt   DateTime           @updatedAt
  wallet      WalletConnection?
  profile     CommunityProfile?
  config      Json               @default("{{}}")
  {user}
  @@schema("public")
}}
model BillingProvider {{
  id   String      @id @default(uuid())
  slug String      @unique
  keys DevApiKey[]
  @@schema("public")
}}
model PluginConfig {{
  id    String @id @default(uuid())
  value Json   @default("{{}}")
  @@schema("public")
}}
model WalletConnection {{
  id        Int      @id @default(autoincrement())
  userId    String   @unique
  user      User     @relation(fields: [userId], references: [id], onDelete: Cascade)
  chain     Chain    @default({default})
  addresses String[] @default([])
  createdAt DateTime @default(now())
  {wallet}
  @@index([chain, createdAt])
  @@schema("plugin_wallet")
}}
model CommunityProfile {{
  id     String   @id @default(uuid())
  userId String   @unique
  user   User     @relation(fields: [userId], references: [id], onDelete: Cascade)
  type   PostType @default(QUESTION)
  @@schema("plugin_community")
}}
model DevApiKey {{
  id         String          @id @default(uuid())
  providerId String
  provider   BillingProvider @relation(fields: [providerId], references: [id])
  @@schema("plugin_developer_api")
}}
"""
_FILLER = """
model {name} {{
  id       Int     @id @default(autoincrement())
  word     String  @db.VarChar(50)
  parentId Int?
  parent   {name}?  @relation("tree", fields: [parentId], references: [id])
  children {name}[] @relation("tree")
  @@unique([word, parentId])
  @@schema("{schema}")
}}
"""
_ALERT = """
model WalletAlert {
  id    Int   @id @default(autoincrement())
  chain Chain @default(SOLANA)
  @@schema("plugin_wallet")
}
"""


def application(*, second: bool = False, without_avatar: bool = False) -> str:
    """The schema of a version. second: with a value, columns and a table more; without_avatar: with a column less."""
    fillers = [
        _FILLER.format(name=f"{schema.title().replace('_', '')}{number}", schema=schema)
        for schema in SCHEMAS
        for number in range(10 if schema != "public" else 4)
    ]
    models = _MODELS.format(
        chain="SOLANA" if second else "",
        default="SOLANA" if second else "ARBITRUM",
        user='locale String @default("en")' if second else "",
        wallet="label String?" if second else "",
    )
    if without_avatar:
        models = models.replace("  avatarUrl   String?\n", "")
    head = _HEAD.format(schemas=", ".join(f'"{schema}"' for schema in SCHEMAS))
    return head + models + "".join(fillers) + (_ALERT if second else "")
