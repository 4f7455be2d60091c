-- Review: where a find stands. The decisions are the truth; `state` is worked out from them so that a queue is one index.
ALTER TABLE find ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'second', 'dispute', 'settled'));
ALTER TABLE find ADD COLUMN answer TEXT CHECK (answer IN ('advert', 'other', 'undecided')); -- once settled
ALTER TABLE find ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;  -- greater is read earlier
ALTER TABLE find ADD COLUMN views INTEGER;                    -- when it was found, where the source says so
ALTER TABLE find ADD COLUMN fold INTEGER;                     -- the same for texts that differ in numbers, contacts and signs only

-- A find whose text may not be kept cannot be read, and does not wait.
CREATE INDEX find_queue ON find (rank DESC, id, state)
    WHERE state != 'settled' AND superseded_by IS NULL AND deleted_seen_at IS NULL AND text IS NOT NULL;
CREATE INDEX find_fold ON find (fold, rank DESC, id)
    WHERE state = 'waiting' AND superseded_by IS NULL AND deleted_seen_at IS NULL;
CREATE INDEX find_settled ON find (answer) WHERE state = 'settled';

-- People. Nobody is ever removed, so that a decision keeps its author.
CREATE TABLE user (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'reviewer', 'analyst', 'officer', 'admin')),
    password     TEXT NOT NULL,           -- argon2id in PHC form
    totp         BLOB,                    -- secret of the second factor
    totp_step    INTEGER NOT NULL DEFAULT 0, -- last time step used: a code works once
    settings     TEXT NOT NULL DEFAULT '{}', -- JSON: language, theme, wellbeing
    created_at   INTEGER NOT NULL,
    disabled_at  INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0, -- wrong passwords in a row
    locked_until INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE session (
    token      BLOB PRIMARY KEY CHECK (length(token) = 32), -- SHA-256 of what the browser has
    user       INTEGER NOT NULL REFERENCES user (id),
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What people said of finds. Rows are only ever added; to undo is a row of its own.
CREATE TABLE decision (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    find     INTEGER NOT NULL,
    post_key INTEGER NOT NULL,             -- numbers of erased finds may come back
    user     INTEGER NOT NULL REFERENCES user (id),
    kind     TEXT NOT NULL CHECK (kind IN ('label', 'too_hard', 'undo', 'appeal')),
    label    TEXT,
    reason   TEXT,
    undoes   INTEGER UNIQUE REFERENCES decision (id),
    led_by   INTEGER,                      -- the find that it was decided along with
    at       INTEGER NOT NULL,
    CHECK ((kind = 'label') = (label IS NOT NULL)),
    CHECK ((kind = 'undo') = (undoes IS NOT NULL))
) STRICT;
CREATE INDEX decision_find ON decision (find);
CREATE INDEX decision_user ON decision (user, at);
CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN SELECT raise(ABORT, 'decisions are only added'); END;
CREATE TRIGGER decision_kept BEFORE DELETE ON decision BEGIN SELECT raise(ABORT, 'decisions are only added'); END;

-- Who is reading which find, so that two people never decide the same one.
CREATE TABLE claim (
    find  INTEGER PRIMARY KEY REFERENCES find (id) ON DELETE CASCADE,
    user  INTEGER NOT NULL REFERENCES user (id),
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX claim_user ON claim (user);

-- How much a person was shown on a day (days since 1970): for their own eyes.
CREATE TABLE exposure (
    user      INTEGER NOT NULL REFERENCES user (id),
    day       INTEGER NOT NULL,
    shown     INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    work_from INTEGER NOT NULL, -- since the last break
    PRIMARY KEY (user, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    token      BLOB NOT NULL UNIQUE CHECK (length(token) = 32), -- SHA-256
    user       INTEGER NOT NULL REFERENCES user (id),           -- who answers for what it does
    scopes     TEXT NOT NULL,                                   -- JSON array
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    revoked_at INTEGER
) STRICT;

-- Answers to requests that may be repeated.
CREATE TABLE idempotency (
    token   INTEGER NOT NULL REFERENCES api_token (id),
    key     TEXT NOT NULL,
    request BLOB NOT NULL CHECK (length(request) = 32), -- SHA-256
    answer  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (token, key)
) STRICT, WITHOUT ROWID;

ALTER TABLE audit ADD COLUMN user INTEGER REFERENCES user (id);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;

-- Full text of finds. The console fills it, so that the stream's writer does not wait for it: what is not in it yet has greater ids than all
-- that is. What is erased leaves it in the same transaction.
CREATE VIRTUAL TABLE find_text USING fts5 (text, content = 'find', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO find_text (find_text, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER find_text_delete AFTER DELETE ON find WHEN EXISTS (SELECT 1 FROM find_text_docsize WHERE id = old.id) BEGIN
    INSERT INTO find_text (find_text, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER find_text_update AFTER UPDATE OF text ON find WHEN EXISTS (SELECT 1 FROM find_text_docsize WHERE id = old.id) BEGIN
    INSERT INTO find_text (find_text, rowid, text) VALUES ('delete', old.id, old.text);
END;
