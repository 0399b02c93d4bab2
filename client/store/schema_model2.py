"""Schema: a shop's own head for a bundle; it stays in this database."""

MODEL2 = """
-- Fitted on this shop's rows. Nothing in this table may ever be sent.
CREATE TABLE personal_heads (
    bundle_digest TEXT NOT NULL REFERENCES bundles (digest) ON DELETE CASCADE,
    head          TEXT NOT NULL CHECK (head IN ('click', 'conversion')),
    kind          TEXT NOT NULL,
    why           TEXT NOT NULL,
    ridge         REAL NOT NULL,
    n_rows        INTEGER NOT NULL,
    n_positive    INTEGER NOT NULL,
    losses        TEXT NOT NULL,              -- JSON [[kind, log-loss a row], ...]
    weights       BLOB,                       -- tensors of the head and its folds; NULL without one
    revision      TEXT NOT NULL,              -- rows.revision at the fit, as JSON
    rows_digest   TEXT NOT NULL,              -- of the very rows that it was fitted on
    fitted_at     TEXT NOT NULL,
    PRIMARY KEY (bundle_digest, head)
) STRICT;
"""
