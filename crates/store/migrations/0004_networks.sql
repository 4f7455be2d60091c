-- Clusters of accounts, with numbers that last while clusters grow, merge and split. Rows are only ever added and ended, until no find
-- of the account is left: then they are erased.
CREATE TABLE linked (
    id      INTEGER PRIMARY KEY,
    cluster INTEGER NOT NULL,
    network TEXT NOT NULL,
    account TEXT NOT NULL,
    since   INTEGER NOT NULL,
    until   INTEGER -- NULL: still in it
) STRICT;

CREATE INDEX linked_account ON linked (network, account);

-- What became of clusters. Numbers only: it outlives the accounts.
CREATE TABLE cluster_event (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    cluster  INTEGER NOT NULL,
    event    TEXT NOT NULL CHECK (event IN ('made', 'changed', 'merged', 'split', 'ended')),
    other    INTEGER, -- the cluster that it went into or came from
    accounts INTEGER NOT NULL
) STRICT;

CREATE INDEX cluster_event_cluster ON cluster_event (cluster);

-- Pairs of accounts that a person took apart: they are never linked again.
CREATE TABLE apart (
    network_a TEXT NOT NULL,
    account_a TEXT NOT NULL,
    network_b TEXT NOT NULL,
    account_b TEXT NOT NULL,
    person    TEXT NOT NULL,
    reason    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (network_a, account_a, network_b, account_b)
) STRICT, WITHOUT ROWID;
