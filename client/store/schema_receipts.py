"""Schema: the coordinator's heads in the ledger, its receipts, and reports held for the merchant's yes."""

RECEIPTS = """
ALTER TABLE ledger ADD COLUMN witnessed TEXT; -- JSON head of the coordinator's book, in reserves

-- Whose plan a reserve answers: a shop that moved to another league has seen two books.
CREATE TABLE plan_signers (
    sequence INTEGER PRIMARY KEY REFERENCES ledger (sequence), -- of the reserve
    coordinator TEXT NOT NULL                                  -- public key
) STRICT;

CREATE TRIGGER plan_signers_no_update BEFORE UPDATE ON plan_signers
BEGIN SELECT RAISE(ABORT, 'who asked stays who asked'); END;

CREATE TRIGGER plan_signers_no_delete BEFORE DELETE ON plan_signers
BEGIN SELECT RAISE(ABORT, 'who asked stays who asked'); END;

CREATE TABLE receipts (
    sequence INTEGER PRIMARY KEY REFERENCES ledger (sequence), -- of the co-signed head
    coordinator TEXT NOT NULL,                                 -- public key
    book_sequence INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    content TEXT NOT NULL                                      -- the receipt, canonical JSON
) STRICT;

CREATE TRIGGER receipts_once BEFORE INSERT ON receipts
WHEN EXISTS (SELECT 1 FROM receipts WHERE sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'there is a receipt for this entry already'); END;

CREATE TRIGGER receipts_no_update BEFORE UPDATE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are kept as they came'); END;

CREATE TRIGGER receipts_no_delete BEFORE DELETE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are kept as they came'); END;

-- Receipts of the coordinator for a head that this ledger does not have: proof that it was rolled back.
CREATE TABLE foreign_heads (
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL,
    received_at TEXT NOT NULL,
    content TEXT NOT NULL,                                     -- the receipt, canonical JSON
    PRIMARY KEY (sequence, hash)
) STRICT;

CREATE TRIGGER foreign_heads_no_update BEFORE UPDATE ON foreign_heads
BEGIN SELECT RAISE(ABORT, 'evidence stays as it came'); END;

CREATE TRIGGER foreign_heads_no_delete BEFORE DELETE ON foreign_heads
BEGIN SELECT RAISE(ABORT, 'evidence stays as it came'); END;

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
