"""Schema: more kinds of events, costs, resumable imports, rows set aside, vectors, profiles, forgotten shoppers."""

# `aside` is a set of bits, one for each cleaning rule (client.clean.rules): a row is used only where it
# is 0, so that a rule is switched by setting and clearing its bit, and no row is ever deleted by it.
DATA = """
CREATE TABLE imports_2 (
    import_id   INTEGER PRIMARY KEY,
    imported_at TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN
                ('products', 'shoppers', 'events', 'impressions', 'conversions', 'costs')),
    n_rows      INTEGER NOT NULL,
    n_new       INTEGER NOT NULL,
    n_changed   INTEGER NOT NULL,
    n_refused   INTEGER NOT NULL,
    state       TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('open', 'done')),
    cursor      TEXT NOT NULL DEFAULT '',  -- where reading goes on, while the state is 'open'
    mapping     TEXT NOT NULL DEFAULT '',  -- canonical JSON of the client.ingest.mapping.Mapping used
    finished_at TEXT NOT NULL DEFAULT ''
);
INSERT INTO imports_2 (import_id, imported_at, file_name, sha256, kind, n_rows, n_new, n_changed,
    n_refused, finished_at)
  SELECT import_id, imported_at, file_name, sha256, kind, n_rows, n_new, n_changed, n_refused,
    imported_at FROM imports;
CREATE TABLE refused_rows_2 (
    refused_id INTEGER PRIMARY KEY,
    import_id  INTEGER NOT NULL REFERENCES imports_2 (import_id),
    file_name  TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    line       INTEGER NOT NULL,
    column     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    sealed     BLOB NOT NULL,  -- the bytes of the row, AES-GCM under a key from keys/salt
    code       TEXT NOT NULL DEFAULT '',  -- stable name of the reason, for one-click fixes
    state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'fixed', 'left')),
    UNIQUE (sha256, line)
);
INSERT INTO refused_rows_2 (refused_id, import_id, file_name, sha256, line, column, reason, sealed)
  SELECT refused_id, import_id, file_name, sha256, line, column, reason, sealed FROM refused_rows;
DROP TABLE refused_rows;
DROP TABLE imports;
ALTER TABLE imports_2 RENAME TO imports;
ALTER TABLE refused_rows_2 RENAME TO refused_rows;
CREATE INDEX imports_by_digest ON imports (sha256);

CREATE TABLE events_2 (
    event_key   TEXT PRIMARY KEY,
    shopper     INTEGER NOT NULL REFERENCES shoppers (shopper),
    kind        TEXT NOT NULL CHECK (kind IN ('view', 'search', 'cart', 'favourite', 'purchase',
                'review', 'share', 'return')),
    happened_at TEXT NOT NULL,
    product_id  TEXT NOT NULL DEFAULT '',
    value_minor INTEGER NOT NULL DEFAULT 0,
    query       TEXT NOT NULL DEFAULT '',
    device      TEXT NOT NULL DEFAULT '',
    city        TEXT NOT NULL DEFAULT '',
    aside       INTEGER NOT NULL DEFAULT 0
);
INSERT INTO events_2 (event_key, shopper, kind, happened_at, product_id, value_minor)
  SELECT event_key, shopper, kind, happened_at, product_id, value_minor FROM events;
DROP TABLE events;
ALTER TABLE events_2 RENAME TO events;
CREATE INDEX events_by_shopper ON events (shopper, happened_at);
CREATE INDEX events_by_time ON events (happened_at, event_key);

ALTER TABLE impressions ADD COLUMN creative_id TEXT NOT NULL DEFAULT '';
ALTER TABLE impressions ADD COLUMN city TEXT NOT NULL DEFAULT '';
ALTER TABLE impressions ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversions ADD COLUMN order_id TEXT NOT NULL DEFAULT '';
ALTER TABLE conversions ADD COLUMN refunded_at TEXT NOT NULL DEFAULT '';
ALTER TABLE conversions ADD COLUMN refund_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversions ADD COLUMN source TEXT NOT NULL DEFAULT 'file'
    CHECK (source IN ('file', 'window'));  -- 'window': attributed by us to the last impression
ALTER TABLE conversions ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN stock INTEGER;
ALTER TABLE products ADD COLUMN gtin TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN taxonomy_id TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN taxonomy_by TEXT NOT NULL DEFAULT '';  -- 'file', 'override', 'vector'
ALTER TABLE shoppers ADD COLUMN minor INTEGER NOT NULL DEFAULT 0 CHECK (minor IN (0, 1));
ALTER TABLE shoppers ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
CREATE TABLE costs (
    cost_key    TEXT PRIMARY KEY,  -- digest of day, campaign, product, creative, placement
    day         TEXT NOT NULL,     -- "2024-05-31"
    campaign_id TEXT NOT NULL DEFAULT '',
    product_id  TEXT NOT NULL DEFAULT '',
    creative_id TEXT NOT NULL DEFAULT '',
    placement   TEXT NOT NULL DEFAULT '',
    cost_minor  INTEGER NOT NULL,
    currency    TEXT NOT NULL DEFAULT '',
    n_impressions INTEGER,
    n_clicks    INTEGER
) WITHOUT ROWID;
CREATE INDEX costs_by_day ON costs (day);

CREATE TABLE cleaning_runs (
    run_id  INTEGER PRIMARY KEY,
    ran_at  TEXT NOT NULL,
    rules   TEXT NOT NULL,  -- canonical JSON: rule -> {on, settings, rows seen, rows set aside}
    seconds REAL NOT NULL
);
CREATE TABLE text_vectors (
    model  TEXT NOT NULL,   -- name and version of the encoder
    digest TEXT NOT NULL,   -- SHA-256 of the normalised text
    vector BLOB NOT NULL,   -- little-endian float32 [T]
    PRIMARY KEY (model, digest)
) WITHOUT ROWID;
CREATE TABLE segments (
    segment_id TEXT PRIMARY KEY,
    method     TEXT NOT NULL,  -- 'rfm', 'kmeans'
    name_en    TEXT NOT NULL,
    name_zh    TEXT NOT NULL,
    rule       TEXT NOT NULL,  -- canonical JSON: what puts a shopper here
    made_at    TEXT NOT NULL
);
CREATE TABLE profiles (
    shopper      INTEGER PRIMARY KEY REFERENCES shoppers (shopper) ON DELETE CASCADE,
    as_of        TEXT NOT NULL,
    segment_id   TEXT NOT NULL DEFAULT '',
    cluster_id   TEXT NOT NULL DEFAULT '',
    body         TEXT NOT NULL   -- canonical JSON of client.profiles.shopper.Profile
);
CREATE INDEX profiles_by_segment ON profiles (segment_id);
CREATE TABLE forgotten (
    receipt_id TEXT PRIMARY KEY,  -- SHA-256 of the canonical body
    at         TEXT NOT NULL,
    body       TEXT NOT NULL,     -- canonical JSON: why, rows deleted by table; no id of the person
    ledger_sequence INTEGER NOT NULL
);

ALTER TABLE ledger ADD COLUMN note_digest TEXT;  -- of the receipt's body; only in notes
-- Who was forgotten, so that the next file does not bring the person back. Keyed digests of
-- pseudonyms and of the ids of their impressions, under the salt: no key is kept here as it is.
CREATE TABLE suppressed (
    digest TEXT PRIMARY KEY,
    owner  TEXT NOT NULL,     -- digest of the person; equal to `digest` in the person's own row
    at     TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX suppressed_by_owner ON suppressed (owner);
-- Consent that was given or taken back by hand; what files said is in the imports' dates.
CREATE TABLE consent_log (
    entry   INTEGER PRIMARY KEY,
    shopper INTEGER NOT NULL REFERENCES shoppers (shopper) ON DELETE CASCADE,
    at      TEXT NOT NULL,
    was     INTEGER NOT NULL CHECK (was IN (0, 1)),
    consent INTEGER NOT NULL CHECK (consent IN (0, 1))
);
CREATE INDEX consent_log_by_shopper ON consent_log (shopper, at);
-- Only rows that are set aside: next to nothing to keep, and counting and clearing them is quick.
CREATE INDEX shoppers_aside ON shoppers (aside) WHERE aside != 0;
CREATE INDEX events_aside ON events (aside) WHERE aside != 0;
CREATE INDEX impressions_aside ON impressions (aside) WHERE aside != 0;
CREATE INDEX conversions_aside ON conversions (aside) WHERE aside != 0;
"""
