"""Schema: the coordinator's heads in the ledger, its receipts, and reports held for the merchant's yes."""

RECEIPTS = """
ALTER TABLE ledger ADD COLUMN witnessed TEXT; -- JSON head of the coordinator's book, in reserves

CREATE TABLE receipts (
    sequence INTEGER PRIMARY KEY REFERENCES ledger (sequence), -- of the co-signed head
    book_sequence INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    content TEXT NOT NULL                                      -- the receipt, canonical JSON
) STRICT;

CREATE TRIGGER receipts_no_update BEFORE UPDATE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are kept as they came'); END;

CREATE TRIGGER receipts_no_delete BEFORE DELETE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are kept as they came'); END;

CREATE TABLE held_reports (
    plan_digest TEXT PRIMARY KEY,
    reservation INTEGER NOT NULL REFERENCES ledger (sequence),
    run_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    task TEXT NOT NULL,
    held_at TEXT NOT NULL,
    deadline_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'approved', 'dropped', 'sent', 'lapsed')),
    preview TEXT NOT NULL,   -- JSON for the merchant's eyes; stays here
    content BLOB             -- the noised tensors, until they are sent or dropped
) STRICT;
"""
