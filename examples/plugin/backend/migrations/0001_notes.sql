-- No schema is named: the login's own is the first that it looks in.
CREATE TABLE notes (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id text NOT NULL,
  text text NOT NULL,
  attachment text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notes_of_a_user ON notes (user_id, id DESC);
