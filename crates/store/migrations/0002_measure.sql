-- The measuring sample: for each watch, network, day and tier the posts with the least priorities (vigie-measure, `sample`).
-- Everything with a priority below the threshold is in it; the greatest integer where it never was full.
CREATE TABLE reservoir (
    id        INTEGER PRIMARY KEY,
    watch     TEXT NOT NULL,
    network   TEXT NOT NULL,
    day       INTEGER NOT NULL, -- days since 1970 in UTC of the time of posting, the least integer where it is unknown
    tier      INTEGER NOT NULL CHECK (tier BETWEEN 0 AND 3),
    repost    INTEGER NOT NULL CHECK (repost IN (0, 1)),
    threshold INTEGER NOT NULL,
    UNIQUE (watch, network, day, tier, repost)
) STRICT;

CREATE TABLE drawn (
    reservoir INTEGER NOT NULL REFERENCES reservoir (id),
    priority  INTEGER NOT NULL,
    post_key  INTEGER NOT NULL, -- the ledger's key
    PRIMARY KEY (reservoir, priority, post_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX drawn_post_key ON drawn (post_key);

-- A post that lies in some reservoir. Columns that the source's terms or the profile forbid are NULL; so is the text of a post that
-- is gone, and of one whose retention is over.
CREATE TABLE sampled (
    post_key INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL,
    network  TEXT NOT NULL,
    lang     TEXT NOT NULL,
    hour     INTEGER NOT NULL,
    bin      INTEGER NOT NULL CHECK (bin BETWEEN 0 AND 23),
    score    REAL NOT NULL,
    author   INTEGER,           -- keyed hash
    views    INTEGER,
    text     TEXT,
    taken_at INTEGER NOT NULL,
    gone     INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1))
) STRICT;

CREATE INDEX sampled_taken_at ON sampled (taken_at);

-- What people said. Rows are only ever added; undoing marks one as withdrawn.
CREATE TABLE label (
    id        INTEGER PRIMARY KEY,
    post_key  INTEGER NOT NULL,
    revision  INTEGER NOT NULL,
    reviewer  TEXT NOT NULL,
    label     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1))
) STRICT;

CREATE INDEX label_post_key ON label (post_key);

-- The denominator, so that nobody can say later that posts were left out: for each hour of posting the SHA-256 chain over the keyed
-- commitments of the posts counted in it, in the order of the stream.
CREATE TABLE denominator (
    hour  INTEGER PRIMARY KEY,
    posts INTEGER NOT NULL,
    root  BLOB NOT NULL CHECK (length(root) = 32)
) STRICT;

-- Days with posts that were counted before samples were drawn: no share can be estimated for them.
CREATE TABLE unsampled_day (day INTEGER PRIMARY KEY) STRICT;
INSERT OR IGNORE INTO unsampled_day SELECT CASE WHEN hour < 0 THEN hour ELSE hour / 24 END FROM stratum;

-- Which detector judged from when on: a line in every chart.
CREATE TABLE detector (
    id      INTEGER PRIMARY KEY,
    since   INTEGER NOT NULL,
    vigie   TEXT NOT NULL,
    lexicon TEXT NOT NULL,
    model   TEXT NOT NULL,
    rules   TEXT
) STRICT;

-- Views as they were when a post was first counted.
ALTER TABLE cell ADD COLUMN views INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cell ADD COLUMN viewed INTEGER NOT NULL DEFAULT 0; -- posts whose views are known

-- Strata of each watch, so that the share of one watch does not read those of all.
CREATE TABLE stratum_watch (
    watch   TEXT NOT NULL,
    stratum INTEGER NOT NULL REFERENCES stratum (id),
    PRIMARY KEY (watch, stratum)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO stratum_watch SELECT value, stratum.id FROM stratum, json_each(watches);
