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

SECOND = """
CREATE TABLE book (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL              -- the whole entry, canonical JSON
) STRICT;
CREATE INDEX book_by_subject ON book (subject, kind);

CREATE TRIGGER book_no_update BEFORE UPDATE ON book
BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;

CREATE TRIGGER book_no_delete BEFORE DELETE ON book
BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;

CREATE TRIGGER book_in_order BEFORE INSERT ON book
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), -1) + 1 FROM book)
    OR NEW.previous IS NOT coalesce(
        (SELECT hash FROM book ORDER BY sequence DESC LIMIT 1), NEW.previous)
BEGIN SELECT RAISE(ABORT, 'the book only grows at its end'); END;

CREATE TABLE updates (                 -- for the auditor: what the admitted reports held
    run_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    merchant TEXT NOT NULL,
    tensors BLOB NOT NULL,
    PRIMARY KEY (run_id, round, merchant),
    FOREIGN KEY (run_id, round, merchant) REFERENCES reports (run_id, round, merchant)
) STRICT;

-- plans of the older protocol name no book: they cannot be asked again, and whoever trained has paid
UPDATE rounds SET status = 'void', sent = NULL,
    closed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE status = 'open';
"""

THIRD = """
CREATE TABLE sums (                    -- a league-noise round's secure sum
    run_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    roster TEXT NOT NULL,              -- JSON
    charged INTEGER NOT NULL DEFAULT 0,  -- the masked stage was asked: whoever answered has paid
    outcome TEXT NOT NULL DEFAULT '{}',  -- members, dropped, liars, seconds of the stages: JSON
    PRIMARY KEY (run_id, round),
    FOREIGN KEY (run_id, round) REFERENCES rounds (run_id, round)
) STRICT;

CREATE TABLE sum_messages (            -- for the auditor: what a finished sum was opened from
    run_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    place INTEGER NOT NULL,            -- order in which they were taken
    header BLOB NOT NULL,
    vector BLOB NOT NULL,              -- masked: uniform to whoever has not all shares
    PRIMARY KEY (run_id, round, place),
    FOREIGN KEY (run_id, round) REFERENCES sums (run_id, round)
) STRICT;
"""

FOURTH = """
ALTER TABLE bundles ADD COLUMN weights BLOB;  -- the published tensors, float32; for later runs

CREATE TABLE bundle_moves (            -- what was handed out, held back, taken back, and why
    number INTEGER PRIMARY KEY,
    digest TEXT NOT NULL REFERENCES bundles (digest),
    action TEXT NOT NULL CHECK (action IN ('hold', 'promote', 'rollback')),
    why TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX bundle_moves_by_digest ON bundle_moves (digest, number);

CREATE TRIGGER bundle_moves_no_update BEFORE UPDATE ON bundle_moves
BEGIN SELECT RAISE(ABORT, 'what was done with a bundle stays on record'); END;

CREATE TRIGGER bundle_moves_no_delete BEFORE DELETE ON bundle_moves
BEGIN SELECT RAISE(ABORT, 'what was done with a bundle stays on record'); END;

-- before there were gates every bundle was handed out when it was made
INSERT INTO bundle_moves (digest, action, why, at)
    SELECT digest, 'promote', 'before there were gates', created_at FROM bundles
    ORDER BY created_at, rowid;
"""

MIGRATIONS: tuple[str, ...] = (FIRST, SECOND, THIRD, FOURTH)
