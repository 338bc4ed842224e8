-- All times are milliseconds since 1970-01-01T00:00:00Z. Text compares byte by byte (BINARY), never NOCASE: what
-- compares without case is folded before it comes here.

CREATE TABLE directories (
    id      TEXT    NOT NULL PRIMARY KEY,
    slug    TEXT    NOT NULL UNIQUE,
    name    TEXT    NOT NULL,
    client  TEXT    NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- One row for each directory that resources were written to: `n` stands for the directory in the tables below, and
-- `seq` is the sequence number of its last change. Read first and written last in each batch, so that numbers are
-- gapless.
CREATE TABLE counters (
    n         INTEGER NOT NULL PRIMARY KEY,
    directory TEXT    NOT NULL UNIQUE,
    seq       INTEGER NOT NULL
) STRICT;

-- How many resources of each type a directory holds, so that `totalResults` of a listing reads one row.
CREATE TABLE totals (
    directory INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    live      INTEGER NOT NULL,
    PRIMARY KEY (directory, type)
) STRICT, WITHOUT ROWID;

-- `deleted` is set in tombstones, which keep their body so that a restore can find it.
-- `members` and `unresolved` count the present edges of a group, and those of them that name no resource.
CREATE TABLE resources (
    n          INTEGER NOT NULL PRIMARY KEY,
    directory  INTEGER NOT NULL,
    id         TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    modified   INTEGER NOT NULL,
    deleted    INTEGER,
    members    INTEGER NOT NULL DEFAULT 0,
    unresolved INTEGER NOT NULL DEFAULT 0,
    display    TEXT,
    body       BLOB    NOT NULL,
    UNIQUE (directory, id)
) STRICT;

CREATE INDEX resources_in_order ON resources (directory, type, created, id) WHERE deleted IS NULL;

CREATE TABLE keys (
    directory INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    attribute TEXT    NOT NULL,
    value     TEXT    NOT NULL,
    resource  INTEGER NOT NULL,
    only_one  INTEGER NOT NULL,
    PRIMARY KEY (directory, type, attribute, value, resource)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX keys_only_one ON keys (directory, type, attribute, value) WHERE only_one = 1;
CREATE INDEX keys_of_resource ON keys (resource);

-- A removed edge stays as a tombstone (`present` = 0) with the sequence number of its removal.
CREATE TABLE edges (
    grp       INTEGER NOT NULL,
    member    TEXT    NOT NULL,
    directory INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    present   INTEGER NOT NULL,
    PRIMARY KEY (grp, member)
) STRICT, WITHOUT ROWID;

CREATE INDEX edges_of_member ON edges (directory, member) WHERE present = 1;
CREATE INDEX edges_in_order ON edges (grp, seq);

CREATE TABLE changes (
    directory  INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    resource   TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    attributes TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (directory, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE targets (
    id         TEXT    NOT NULL PRIMARY KEY,
    directory  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    connector  TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    profile    BLOB    NOT NULL,
    credential BLOB,
    created    INTEGER NOT NULL,
    health     TEXT    NOT NULL,
    UNIQUE (directory, name)
) STRICT;

CREATE TABLE tokens (
    id        TEXT    NOT NULL PRIMARY KEY,
    directory TEXT    NOT NULL,
    hash      BLOB    NOT NULL UNIQUE,
    prefix    TEXT    NOT NULL,
    label     TEXT    NOT NULL,
    created   INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    last_used INTEGER
) STRICT;

CREATE INDEX tokens_of_directory ON tokens (directory, created);

CREATE TABLE marks (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE cursors (
    target TEXT    NOT NULL PRIMARY KEY,
    seq    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `class` is that of `failure`. `confirmed` is last, so that scans which do not want it need not read its pages.
CREATE TABLE links (
    n             INTEGER NOT NULL PRIMARY KEY,
    target        TEXT    NOT NULL,
    resource      TEXT    NOT NULL,
    type          TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    remote_id     TEXT,
    confirmed_seq INTEGER NOT NULL,
    mark          INTEGER NOT NULL,
    due_at        INTEGER,
    changed_at    INTEGER,
    attempts      INTEGER NOT NULL,
    class         TEXT,
    failure       TEXT,
    confirmed     BLOB,
    UNIQUE (target, resource)
) STRICT;

CREATE INDEX links_due ON links (target, type, due_at, resource) WHERE due_at IS NOT NULL;
CREATE INDEX links_failed ON links (target) WHERE class IS NOT NULL;
CREATE INDEX links_condition ON links (target, state, class, due_at, resource);

CREATE TABLE waiting (
    target   TEXT NOT NULL,
    resource TEXT NOT NULL,
    awaited  TEXT NOT NULL,
    PRIMARY KEY (target, resource, awaited)
) STRICT, WITHOUT ROWID;

CREATE INDEX waiting_for ON waiting (target, awaited);

CREATE TABLE attempts (
    n         INTEGER NOT NULL PRIMARY KEY,
    id        TEXT    NOT NULL,
    directory TEXT    NOT NULL,
    target    TEXT    NOT NULL,
    resource  TEXT    NOT NULL,
    type      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    millis    INTEGER NOT NULL,
    outcome   TEXT    NOT NULL,
    steps     TEXT    NOT NULL,
    failure   TEXT
) STRICT;

CREATE INDEX attempts_of_target ON attempts (target, at);
CREATE INDEX attempts_of_resource ON attempts (target, resource, at);
