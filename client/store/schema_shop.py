"""Schema: products, shoppers, events, impressions, conversions, refused rows, imports."""

# Times are ISO-8601 UTC to the second, "2017-03-03T08:00:00Z": text order is time order.
# Events and impressions point to shoppers by a small integer; who that is in the shop's own
# files is known only to who holds the salt (keys/salt), for the key is an HMAC.
# Products, impressions and conversions may come in any order, so no foreign keys between them.
SHOP = """
CREATE TABLE imports (
    import_id   INTEGER PRIMARY KEY,
    imported_at TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN
                ('products', 'shoppers', 'events', 'impressions', 'conversions')),
    n_rows      INTEGER NOT NULL,
    n_new       INTEGER NOT NULL,
    n_changed   INTEGER NOT NULL,
    n_refused   INTEGER NOT NULL
);
CREATE TABLE refused_rows (
    refused_id INTEGER PRIMARY KEY,
    import_id  INTEGER NOT NULL REFERENCES imports (import_id),
    file_name  TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    line       INTEGER NOT NULL,
    column     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    sealed     BLOB NOT NULL,  -- the bytes of the line, AES-GCM under a key from keys/salt
    UNIQUE (sha256, line)
);
CREATE TABLE products (
    product_id   TEXT PRIMARY KEY,
    title        TEXT NOT NULL,
    department   TEXT NOT NULL DEFAULT '',
    category     TEXT NOT NULL DEFAULT '',
    product_type TEXT NOT NULL DEFAULT '',
    brand        TEXT NOT NULL DEFAULT '',
    description  TEXT NOT NULL DEFAULT '',
    price_minor  INTEGER,
    currency     TEXT NOT NULL DEFAULT '',
    url          TEXT NOT NULL DEFAULT '',
    image        TEXT NOT NULL DEFAULT '',
    breadth      INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE shoppers (
    shopper     INTEGER PRIMARY KEY,
    shopper_key TEXT NOT NULL UNIQUE,
    consent     INTEGER NOT NULL DEFAULT 0 CHECK (consent IN (0, 1)),
    personalise INTEGER NOT NULL DEFAULT 1 CHECK (personalise IN (0, 1))
);
CREATE TABLE events (
    event_key   TEXT PRIMARY KEY,
    shopper     INTEGER NOT NULL REFERENCES shoppers (shopper),
    kind        TEXT NOT NULL CHECK (kind IN ('view', 'search', 'cart', 'favourite', 'purchase')),
    happened_at TEXT NOT NULL,
    product_id  TEXT NOT NULL DEFAULT '',
    value_minor INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX events_by_shopper ON events (shopper, happened_at);
CREATE INDEX events_by_time ON events (happened_at, event_key);
CREATE TABLE impressions (
    impression_id        TEXT PRIMARY KEY,
    shopper              INTEGER NOT NULL REFERENCES shoppers (shopper),
    product_id           TEXT NOT NULL,
    shown_at             TEXT NOT NULL,
    campaign_id          TEXT NOT NULL DEFAULT '',
    campaign_type        TEXT NOT NULL DEFAULT '',
    placement            TEXT NOT NULL DEFAULT '',
    position             INTEGER NOT NULL DEFAULT 0,
    device               TEXT NOT NULL DEFAULT '',
    propensity           REAL,
    cost_minor           INTEGER NOT NULL DEFAULT 0,
    platform_activity    INTEGER NOT NULL DEFAULT 0,
    platform_affinity    INTEGER NOT NULL DEFAULT 0,
    platform_redemptions INTEGER NOT NULL DEFAULT 0,
    clicked              INTEGER CHECK (clicked IN (0, 1))
);
CREATE INDEX impressions_by_shopper ON impressions (shopper, shown_at);
CREATE INDEX impressions_by_time ON impressions (shown_at, impression_id);
CREATE INDEX impressions_by_product ON impressions (product_id);
CREATE TABLE conversions (
    impression_id TEXT PRIMARY KEY,
    converted_at  TEXT NOT NULL,
    value_minor   INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""
