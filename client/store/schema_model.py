"""Schema: installed bundles, local calibrations, audiences, left-out shoppers."""

MODEL = """
-- The bytes are kept as they came: every use checks the signature again.
CREATE TABLE bundles (
    digest       TEXT PRIMARY KEY,
    installed_at TEXT NOT NULL,
    signer       TEXT NOT NULL,
    spec_digest  TEXT NOT NULL,
    run_id       TEXT NOT NULL DEFAULT '',
    n_bytes      INTEGER NOT NULL,
    content      BLOB NOT NULL
) STRICT;
CREATE INDEX bundles_by_time ON bundles (installed_at);

-- Fitted on this shop's rows. Nothing in this table may ever be sent.
CREATE TABLE calibrations (
    bundle_digest TEXT NOT NULL REFERENCES bundles (digest) ON DELETE CASCADE,
    head          TEXT NOT NULL CHECK (head IN ('click', 'conversion')),
    slope         REAL NOT NULL CHECK (slope > 0),
    intercept     REAL NOT NULL,
    n_rows        INTEGER NOT NULL,
    n_positive    INTEGER NOT NULL,
    fitted_at     TEXT NOT NULL,
    PRIMARY KEY (bundle_digest, head)
) STRICT;

CREATE TABLE audiences (
    audience_id   TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    product_id    TEXT NOT NULL,
    size          INTEGER NOT NULL CHECK (size >= 1),
    expected_cvr  TEXT NOT NULL,             -- JSON {value, low, high}
    expected_ctr  TEXT,                      -- the same, NULL without a click head
    base_cvr      REAL NOT NULL,
    bundle_digest TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    reasons       TEXT NOT NULL DEFAULT '[]' -- JSON [{group, odds_factor, text}]
) STRICT;
CREATE INDEX audiences_by_product ON audiences (product_id, created_at);
CREATE INDEX audiences_by_time ON audiences (created_at);

CREATE TABLE audience_members (
    audience_id  TEXT NOT NULL REFERENCES audiences (audience_id) ON DELETE CASCADE,
    rank         INTEGER NOT NULL,
    shopper_key  TEXT NOT NULL,
    p_conversion REAL NOT NULL,
    p_click      REAL,
    reasons      TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (audience_id, rank)
) STRICT;
CREATE UNIQUE INDEX audience_members_by_shopper ON audience_members (audience_id, shopper_key);

-- Shoppers that a person left out of audiences, of one product ('' = of all).
CREATE TABLE audience_exclusions (
    shopper_key TEXT NOT NULL,
    product_id  TEXT NOT NULL DEFAULT '',
    excluded_at TEXT NOT NULL,
    PRIMARY KEY (shopper_key, product_id)
) STRICT;
"""
