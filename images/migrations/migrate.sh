#!/bin/sh
# Brings one schema to the state that this image's files describe: those that the schema's own table _naap_migrations
# doesn't name are run in the order of their names, each in a transaction of its own, one run at a time.
#
#   migrate                    files of $MIGRATIONS/SCHEMA/, as the user of PGUSER and so on; SCHEMA is that user's
#   migrate --baseline NAME    a schema whose tables came with its data: while nothing is recorded, files up to NAME
#                              are recorded as applied and not run; afterwards the same as without
#
# Ends with 0 (the schema is as described), 3 (a file failed: nothing of it is there, those before it are), 2 (no
# connection), or 65 (the image has no such files: trying again is of no use).
set -eu
folder=${MIGRATIONS:-/migrations}

refuse() {
  echo "migrate: $*" >&2
  exit 65
}

baseline=
case $# in
  0) ;;
  2) [ "$1" = --baseline ] || refuse "no option $1; there is --baseline NAME"; baseline=$2 ;;
  *) refuse "takes nothing, or --baseline NAME" ;;
esac

schema=$(psql --no-psqlrc --no-align --tuples-only --command 'SELECT current_schema()')
[ -n "$schema" ] || refuse "$PGUSER has no schema of its own"
files=$(find "$folder/$schema" -name '*.sql' 2>/dev/null | LC_ALL=C sort)
if [ -z "$files" ]; then
  others=$(find "$folder" -name '*.sql' 2>/dev/null | sed "s|^$folder/||; s|/.*||" | sort -u | tr '\n' ' ')
  refuse "this image has no migrations of schema $schema in $folder; it has those of: ${others:-none}"
fi
[ -z "$baseline" ] || [ -f "$folder/$schema/$baseline.sql" ] || refuse "no $schema/$baseline.sql in this image"
for file in $files; do
  if grep -qiE '^ *(BEGIN|START TRANSACTION|COMMIT|ROLLBACK) *;' "$file"; then
    refuse "$file begins or ends a transaction: each file is one"
  fi
done

script() {
  table="\"$schema\"._naap_migrations"
  cat <<SQL
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SELECT pg_advisory_lock(hashtextextended('naap migration of $schema', 0)) \g /dev/null
CREATE TABLE IF NOT EXISTS $table
  (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
SELECT NOT EXISTS (SELECT FROM $table) AS fresh \gset
SQL
  before=$baseline
  for file in $files; do
    name=$(basename "$file" .sql) sum=$(sha256sum "$file" | cut -d ' ' -f 1)
    run="\\i '$file'"
    [ -z "$before" ] || run="\\if :fresh
\\echo $schema: $name is there already, by --baseline
\\else
$run
\\endif"
    [ "$name" != "$before" ] || before=
    cat <<SQL
SELECT count(*) = 0 AS pending, coalesce(bool_and(checksum <> '$sum'), false) AS changed
  FROM $table WHERE name = '$name' \gset
\if :changed
DO 'BEGIN RAISE EXCEPTION ''$name was applied with another text: make a new migration instead''; END';
\endif
\if :pending
BEGIN;
$run
RESET ALL;
INSERT INTO $table (name, checksum) VALUES ('$name', '$sum');
COMMIT;
\echo $schema: $name
\endif
SQL
  done
  printf '\\echo %s: as %s describes it\n' "$schema" "$name"
}

script | psql --no-psqlrc
