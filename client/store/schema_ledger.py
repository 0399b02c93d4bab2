"""Schema: the privacy ledger (append-only), reports that were sent, plans that were received."""

LEDGER = """
CREATE TABLE ledger (
    sequence INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    run_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    task TEXT NOT NULL,
    plan_digest TEXT NOT NULL,
    mechanism TEXT,
    reservation INTEGER NOT NULL,
    report_digest TEXT NOT NULL,
    code_digest TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    signature TEXT NOT NULL
) STRICT;

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER ledger_in_order BEFORE INSERT ON ledger
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), -1) + 1 FROM ledger)
    OR NEW.previous IS NOT coalesce(
        (SELECT hash FROM ledger ORDER BY sequence DESC LIMIT 1), NEW.previous)
BEGIN SELECT RAISE(ABORT, 'the ledger only grows at its end'); END;

CREATE TABLE sent_reports (
    plan_digest TEXT PRIMARY KEY,
    run_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    task TEXT NOT NULL,
    sequence INTEGER NOT NULL REFERENCES ledger (sequence),
    ledger_hash TEXT NOT NULL,
    content_digest TEXT NOT NULL,
    made_at TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE INDEX sent_reports_by_round ON sent_reports (run_id, round, task);

CREATE TRIGGER sent_reports_no_update BEFORE UPDATE ON sent_reports
BEGIN SELECT RAISE(ABORT, 'what was sent stays as it was sent'); END;

CREATE TRIGGER sent_reports_no_delete BEFORE DELETE ON sent_reports
BEGIN SELECT RAISE(ABORT, 'what was sent stays as it was sent'); END;

CREATE TRIGGER sent_reports_once BEFORE INSERT ON sent_reports
WHEN EXISTS (SELECT 1 FROM sent_reports WHERE plan_digest = NEW.plan_digest)
BEGIN SELECT RAISE(ABORT, 'this plan was answered already'); END;

CREATE TABLE received_plans (
    id INTEGER PRIMARY KEY,
    received_at TEXT NOT NULL,
    plan_digest TEXT NOT NULL,
    run_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    task TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('answered', 'resent', 'refused', 'failed')),
    code TEXT NOT NULL,
    reasons TEXT NOT NULL
) STRICT;

CREATE TABLE spent_views (
    ledger_hash TEXT NOT NULL,
    delta REAL NOT NULL,
    accountant TEXT NOT NULL,
    epsilon REAL NOT NULL,
    unit TEXT NOT NULL,
    adversary TEXT NOT NULL,
    rounds_left INTEGER,
    PRIMARY KEY (ledger_hash, delta, accountant)
) STRICT;
"""
