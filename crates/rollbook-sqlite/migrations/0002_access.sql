-- What may be set for a directory, as JSON; since when it is being deleted; what tokens may do; OAuth clients; the
-- inbound request log; kept counts by which a list finds its place. Everything only adds to version 1.
ALTER TABLE directories ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE directories ADD COLUMN deleting INTEGER;

ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'scim';
ALTER TABLE tokens ADD COLUMN replaces TEXT;
ALTER TABLE tokens ADD COLUMN client TEXT;
ALTER TABLE tokens ADD COLUMN resource TEXT;

CREATE INDEX tokens_of_client ON tokens (client) WHERE client IS NOT NULL;
CREATE INDEX tokens_that_expire ON tokens (expires) WHERE client IS NOT NULL;

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
CREATE INDEX requests_by_time ON requests (directory, at);

-- Set while the directory is being deleted and when it is gone: it takes no resources. The row stays, since somebody
-- may still know its `n`, which must never stand for another directory.
ALTER TABLE counters ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;

-- Targets that went with their directory: what is delivered late must not leave anything.
CREATE TABLE purged_targets (
    id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The resources of a type in their order (created, id), in blocks of some thousand: `live` counts those from this
-- place up to the next block. Sums over it find the place of a `startIndex` without walking there.
CREATE TABLE blocks (
    directory INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    created   INTEGER NOT NULL,
    id        TEXT    NOT NULL,
    live      INTEGER NOT NULL,
    PRIMARY KEY (directory, type, created, id)
) STRICT, WITHOUT ROWID;

INSERT INTO blocks (directory, type, created, id, live)
SELECT r.directory, r.type, r.created, r.id, min(1000, t.live - r.place)
FROM (
    SELECT directory, type, created, id,
        row_number() OVER (PARTITION BY directory, type ORDER BY created, id) - 1 AS place
    FROM resources WHERE deleted IS NULL) r
JOIN totals t ON t.directory = r.directory AND t.type = r.type
WHERE r.place % 1000 = 0;
