-- Facts about the store itself: 'profile', 'key_check'.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who allowed what, and what was erased when. Rows are only ever added.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL DEFAULT (unixepoch()),
    event   TEXT NOT NULL,
    network TEXT,
    detail  TEXT NOT NULL
) STRICT;

-- How far each source was read. 64-bit fingerprints are kept as signed integers with the same bits.
CREATE TABLE cursor (
    source      TEXT PRIMARY KEY,
    head        INTEGER NOT NULL,
    byte        INTEGER NOT NULL CHECK (byte >= 0),
    line        INTEGER NOT NULL CHECK (line >= 0),
    rejects_len INTEGER NOT NULL CHECK (rejects_len >= 0),
    finished    INTEGER NOT NULL CHECK (finished IN (0, 1)),
    records     INTEGER NOT NULL,
    posts       INTEGER NOT NULL,
    deletes     INTEGER NOT NULL,
    ignored     INTEGER NOT NULL,
    repairs     INTEGER NOT NULL,
    problems    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Roll-ups. An hour is hours since 1970 in UTC, the least integer where the time of posting is unknown.
-- The four distinct counts are sketches of posts that repeat no other (vigie-measure, `Sketch::to_bytes`).
CREATE TABLE stratum (
    id             INTEGER PRIMARY KEY,
    watches        TEXT NOT NULL, -- JSON array of names, sorted
    network        TEXT NOT NULL,
    lang           TEXT NOT NULL,
    hour           INTEGER NOT NULL,
    texts          BLOB NOT NULL,
    authors        BLOB NOT NULL,
    advert_texts   BLOB NOT NULL,
    advert_authors BLOB NOT NULL,
    UNIQUE (network, hour, lang, watches)
) STRICT;

CREATE TABLE cell (
    id      INTEGER PRIMARY KEY CHECK (id < 4294967296), -- the ledger keeps 32 bits
    stratum INTEGER NOT NULL REFERENCES stratum (id),
    bin     INTEGER NOT NULL CHECK (bin BETWEEN 0 AND 23),
    repost  INTEGER NOT NULL CHECK (repost IN (0, 1)),
    posts   INTEGER NOT NULL DEFAULT 0 CHECK (posts >= 0),
    UNIQUE (stratum, bin, repost)
) STRICT;

-- The ledger: every post ever counted, with the revision and the cell that it is counted in.
-- A run has its entries ascending by key in chunks with consecutive ids, all full but the last.
CREATE TABLE ledger_run (
    id          INTEGER PRIMARY KEY,
    tier        INTEGER NOT NULL,
    posts       INTEGER NOT NULL,
    newest_day  INTEGER NOT NULL, -- days since 1970 of the newest commit in it
    first_chunk INTEGER NOT NULL
) STRICT;

CREATE TABLE ledger_chunk (
    id      INTEGER PRIMARY KEY,
    entries BLOB NOT NULL -- up to 508 of: key u64, revision u32, cell u32, little endian
) STRICT;

-- Posts kept. Columns that the source's terms or the profile forbid are NULL.
CREATE TABLE find (
    id              INTEGER PRIMARY KEY,
    post_key        INTEGER NOT NULL, -- the ledger's key
    network         TEXT NOT NULL,
    native_id       TEXT NOT NULL,
    pseudonymous    INTEGER NOT NULL CHECK (pseudonymous IN (0, 1)), -- native_id is a keyed hash
    revision        INTEGER NOT NULL,
    author_id       TEXT,
    author_handle   TEXT,
    author_name     TEXT,
    posted_at       INTEGER,
    found_at        INTEGER NOT NULL,
    lang            TEXT NOT NULL,
    url             TEXT,
    text            TEXT,
    tags            TEXT NOT NULL, -- JSON array
    media           TEXT,          -- JSON array
    watches         TEXT NOT NULL, -- JSON array
    score           REAL NOT NULL,
    band            TEXT NOT NULL,
    label           TEXT NOT NULL,
    verdict         TEXT NOT NULL, -- JSON
    canonical       TEXT,          -- JSON
    raw             BLOB,
    superseded_by   INTEGER,       -- revision that took its place
    deleted_seen_at INTEGER,
    reviewed_at     INTEGER
) STRICT;

CREATE INDEX find_post_key ON find (post_key);
CREATE INDEX find_native_id ON find (native_id, network);
CREATE INDEX find_found_at ON find (found_at);

CREATE TABLE contact (
    kind  TEXT NOT NULL,
    value TEXT NOT NULL,
    find  INTEGER NOT NULL REFERENCES find (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, value, find)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_find ON contact (find);
