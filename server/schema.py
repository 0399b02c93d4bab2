"""Schema of the registry: ordered migrations. A released script is never edited."""

FIRST = """
CREATE TABLE merchants (
    fingerprint TEXT PRIMARY KEY,      -- of the Ed25519 identity
    name TEXT NOT NULL,
    merchant_key TEXT NOT NULL UNIQUE, -- Ed25519, hexadecimal
    node_key_pem TEXT NOT NULL UNIQUE, -- EC P-384
    node_id TEXT NOT NULL,             -- Flower's, unsigned 64 bits: as text
    enrolled_at TEXT NOT NULL,
    banned_at TEXT,
    ban_reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX merchants_by_node ON merchants (node_id);

CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    options TEXT NOT NULL,             -- RunOptions, JSON
    status TEXT NOT NULL CHECK (status IN ('open', 'finished', 'failed')),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    noise_multiplier REAL NOT NULL,
    spec_digest TEXT NOT NULL,
    initial BLOB NOT NULL,             -- tensors before round 1
    flower_run TEXT NOT NULL DEFAULT '',
    bundle_digest TEXT,
    note TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE rounds (
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    round INTEGER NOT NULL,            -- goes on after a crash, never reused
    task TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'closed', 'void')),
    plan_digest TEXT NOT NULL,
    plan TEXT NOT NULL,                -- header, JSON
    signature TEXT NOT NULL,
    sent BLOB,                         -- tensors of the plan, while the round is open
    result BLOB,                       -- tensors after the round (TRAIN), histogram (EVALUATE)
    velocity BLOB,                     -- the server's momentum after the round
    n_asked INTEGER NOT NULL DEFAULT 0,
    n_admitted INTEGER NOT NULL DEFAULT 0,
    metrics TEXT NOT NULL DEFAULT '{}',
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    PRIMARY KEY (run_id, round)
) STRICT;

CREATE TABLE reports (
    run_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    merchant TEXT NOT NULL,            -- fingerprint
    admitted INTEGER NOT NULL,
    refusals TEXT NOT NULL,            -- codes, JSON
    report_digest TEXT NOT NULL,       -- '' when no readable report came
    header TEXT NOT NULL,              -- JSON: mechanism and ledger head are in it
    signature TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (run_id, round, merchant),
    FOREIGN KEY (run_id, round) REFERENCES rounds (run_id, round)
) STRICT;
CREATE INDEX reports_by_merchant ON reports (merchant, received_at);

CREATE TABLE bundles (
    digest TEXT PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    path TEXT NOT NULL,                -- inside the coordinator's folder
    provenance TEXT NOT NULL,          -- JSON
    created_at TEXT NOT NULL,
    n_installed INTEGER NOT NULL DEFAULT 0
) STRICT;
"""

MIGRATIONS: tuple[str, ...] = (FIRST,)
