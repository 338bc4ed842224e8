-- What may be set for a directory, as JSON; since when it is being deleted; what tokens may do; OAuth clients; the
-- inbound request log. Everything only adds to version 1.
ALTER TABLE directories ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE directories ADD COLUMN deleting INTEGER;

ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'scim';
ALTER TABLE tokens ADD COLUMN replaces TEXT;
ALTER TABLE tokens ADD COLUMN client TEXT;
ALTER TABLE tokens ADD COLUMN resource TEXT;

CREATE INDEX tokens_of_client ON tokens (client, expires) WHERE client IS NOT NULL;

CREATE TABLE clients (
    id            TEXT    NOT NULL PRIMARY KEY,
    directory     TEXT    NOT NULL,
    label         TEXT    NOT NULL,
    secrets       TEXT    NOT NULL,
    scope         TEXT    NOT NULL,
    token_seconds INTEGER NOT NULL,
    created       INTEGER NOT NULL
) STRICT;

CREATE INDEX clients_of_directory ON clients (directory, created);

-- `directory` is empty in rows that belong to none.
CREATE TABLE requests (
    n         INTEGER NOT NULL PRIMARY KEY,
    directory TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    record    TEXT    NOT NULL
) STRICT;

CREATE INDEX requests_of_directory ON requests (directory, n);
