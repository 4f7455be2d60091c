-- What is written for outsiders: notices, statements of reasons, dossiers. A body is NULL once its retention is over; what remains is
-- what statistics need.
CREATE TABLE document (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    receiver   TEXT NOT NULL,  -- platform or authority
    account    TEXT,           -- whose posts it is about, as the platform names the account
    body       TEXT,           -- JSON
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    signed_at  INTEGER,
    signed_by  TEXT,
    posts      INTEGER NOT NULL,
    grounds    TEXT NOT NULL DEFAULT '' -- code of the kind of content, for the annual report
) STRICT, WITHOUT ROWID;

-- A find is in one document at most for each receiver. This is what makes a second notice of one decision impossible.
CREATE TABLE document_find (
    find     INTEGER NOT NULL,
    receiver TEXT NOT NULL,
    kind     TEXT NOT NULL,
    document TEXT NOT NULL REFERENCES document (id),
    PRIMARY KEY (find, receiver, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_find_document ON document_find (document);

-- What happened to a document. Rows are only ever added.
CREATE TABLE document_event (
    id       INTEGER PRIMARY KEY,
    document TEXT NOT NULL REFERENCES document (id),
    at       INTEGER NOT NULL,
    by       TEXT NOT NULL,
    event    TEXT NOT NULL,
    outcome  TEXT,            -- code: what the platform decided, whether a post is online
    detail   TEXT             -- words; NULL once retention is over
) STRICT;

CREATE INDEX document_event_document ON document_event (document);

-- What is to leave. `key` is the idempotency key: one message, however often it is released.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,
    document     TEXT NOT NULL REFERENCES document (id),
    channel      TEXT NOT NULL,    -- name in the configuration
    repeatable   INTEGER NOT NULL CHECK (repeatable IN (0, 1)), -- the receiver drops a second message with the same key
    payload      TEXT,             -- JSON; NULL once retention is over
    state        TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'delivered', 'refused', 'uncertain', 'cancelled')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_at      INTEGER NOT NULL,
    released_at  INTEGER NOT NULL,
    released_by  TEXT NOT NULL,
    settled_at   INTEGER,
    problem      TEXT,
    receipt      TEXT
) STRICT;

CREATE INDEX outbox_state ON outbox (state, next_at);

-- Legal holds: what is held is not erased by any clock.
CREATE TABLE hold (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('find', 'document')),
    subject     TEXT NOT NULL,
    at          INTEGER NOT NULL,
    by          TEXT NOT NULL,
    reason      TEXT NOT NULL,
    released_at INTEGER,
    released_by TEXT
) STRICT;

CREATE INDEX hold_subject ON hold (kind, subject);

-- Labels that were given out (AT Protocol), in the order of the stream. Rows are only ever added.
CREATE TABLE label_given (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    by       TEXT NOT NULL,
    uri      TEXT NOT NULL,
    val      TEXT NOT NULL,
    neg      INTEGER NOT NULL CHECK (neg IN (0, 1)),
    label    TEXT NOT NULL -- the signed label, JSON
) STRICT;

CREATE INDEX label_given_uri ON label_given (uri);
