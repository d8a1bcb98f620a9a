"""One number that says what a schema is and holds: definitions, sequences, and every row."""

from planning.database.jobs.sql import literal


def fingerprint_query(schema: str, *, rows: bool = True) -> str:
    """SQL that gives one column, `fingerprint`: 64 hex digits. The same text before and after a dump and a restore.

    schema: as the database names it. rows: whether rows count, or definitions and sequences alone. Who runs it reads
    every row: the tables' owner. Not in it: rights, comments, the order in which rows lie, materialized views' rows
    (made anew by a restore), and what only tunes.
    """
    ours = f"(SELECT oid FROM pg_namespace WHERE nspname = {literal(schema)})"
    content = _dynamic(
        "SELECT count(*) AS n, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS h FROM %I.%I t", schema
    )
    state = _dynamic("SELECT last_value AS n, is_called AS h FROM %I.%I", schema)
    return f"""
SELECT encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), ''), 'UTF8')), 'hex')
  AS fingerprint
FROM (
  SELECT concat_ws(' ', 'relation', relkind, relname, relpersistence, relrowsecurity, relforcerowsecurity) AS line
  FROM pg_class WHERE relnamespace = {ours} AND relkind NOT IN ('i', 'I', 't')
  UNION ALL
  SELECT concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.attidentity, a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid))
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relnamespace = {ours} AND c.relkind NOT IN ('i', 'I', 't', 'S') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT concat_ws(' ', 'constraint', conrelid::regclass, contypid::regtype, conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE connamespace = {ours}
  UNION ALL
  SELECT concat_ws(' ', 'index', pg_get_indexdef(oid))
  FROM pg_class WHERE relnamespace = {ours} AND relkind IN ('i', 'I')
  UNION ALL
  SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled)
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = {ours} AND NOT t.tgisinternal
  UNION ALL
  SELECT concat_ws(' ', 'policy', polrelid::regclass, polname, polcmd, polpermissive,
    pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = {ours}
  UNION ALL
  SELECT concat_ws(' ', 'view', oid::regclass, pg_get_viewdef(oid))
  FROM pg_class WHERE relnamespace = {ours} AND relkind IN ('v', 'm')
  UNION ALL
  SELECT concat_ws(' ', 'function', oid::regprocedure, CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) END)
  FROM pg_proc WHERE pronamespace = {ours}
  UNION ALL
  SELECT concat_ws(' ', 'type', t.oid::regtype, t.typtype, t.typbasetype::regtype, e.enumlabel, e.enumsortorder)
  FROM pg_type t LEFT JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typnamespace = {ours}
  UNION ALL
  SELECT concat_ws(' ', 'sequence', c.relname, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcycle, {state})
  FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid WHERE c.relnamespace = {ours}
  UNION ALL
  SELECT concat_ws(' ', 'rows', c.relname, {content})
  FROM pg_class c WHERE {str(rows).lower()} AND c.relnamespace = {ours} AND c.relkind = 'r'
) AS lines"""


def _dynamic(query: str, schema: str) -> str:
    """The answer of a query that names the relation `c`."""
    return f"query_to_xml(format({literal(query)}, {literal(schema)}, c.relname), false, true, '')"
