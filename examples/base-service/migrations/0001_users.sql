-- Tables and columns bear the application's names, as entries of the registry have grants on some of them.
CREATE TABLE "User" (
  id text PRIMARY KEY DEFAULT gen_random_uuid(),
  email text UNIQUE,
  "passwordHash" text,
  "displayName" text,
  "avatarUrl" text,
  bio text,
  "failedLogins" integer NOT NULL DEFAULT 0,
  "lockedUntil" timestamptz,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "updatedAt" timestamptz NOT NULL DEFAULT now()
);

-- No token stands here: who reads this table can sign in as nobody.
CREATE TABLE "Session" (
  "tokenHash" text PRIMARY KEY,
  "userId" text NOT NULL REFERENCES "User" (id) ON DELETE CASCADE,
  "expiresAt" timestamptz NOT NULL
);
CREATE INDEX sessions_of_a_user ON "Session" ("userId");

CREATE TABLE "PluginConfig" (
  id text PRIMARY KEY DEFAULT gen_random_uuid(),
  key text NOT NULL UNIQUE,
  value text NOT NULL,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "updatedAt" timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE "BillingProvider" (
  id text PRIMARY KEY DEFAULT gen_random_uuid(),
  slug text NOT NULL UNIQUE,
  "displayName" text NOT NULL
);
