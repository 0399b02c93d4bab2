"""Schema: creatives and their versions, decisions on them, campaigns."""

ADS = """
CREATE TABLE creatives (
    creative_id  TEXT PRIMARY KEY,
    product_id   TEXT NOT NULL,
    audience_id  TEXT NOT NULL DEFAULT '',
    language     TEXT NOT NULL CHECK (language IN ('en', 'zh')),
    created_at   TEXT NOT NULL
);
CREATE INDEX creatives_by_product ON creatives (product_id, audience_id, language);
CREATE INDEX creatives_by_audience ON creatives (audience_id);

-- One row a version; an edit adds a row and never changes an older one's words.
-- findings and provenance are JSON; n_errors counts findings of severity "error".
CREATE TABLE creative_versions (
    creative_id     TEXT NOT NULL REFERENCES creatives (creative_id) ON DELETE CASCADE,
    version         INTEGER NOT NULL CHECK (version >= 1),
    headline        TEXT NOT NULL,
    body            TEXT NOT NULL,
    call_to_action  TEXT NOT NULL DEFAULT '',
    state           TEXT NOT NULL CHECK (state IN ('draft', 'refused', 'approved', 'rejected')),
    writer          TEXT NOT NULL,
    provenance      TEXT NOT NULL DEFAULT '{}',
    findings        TEXT NOT NULL DEFAULT '[]',
    n_errors        INTEGER NOT NULL DEFAULT 0,
    created_at      TEXT NOT NULL,
    decided_at      TEXT NOT NULL DEFAULT '',
    decided_by      TEXT NOT NULL DEFAULT '',
    reason          TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (creative_id, version),
    CHECK (state <> 'approved' OR (n_errors = 0 AND decided_by <> '' AND decided_at <> ''))
) WITHOUT ROWID;
CREATE INDEX creative_versions_by_state ON creative_versions (state);

CREATE TRIGGER creative_versions_words_are_kept
BEFORE UPDATE OF headline, body, call_to_action, writer, provenance, created_at
ON creative_versions
BEGIN
    SELECT RAISE(ABORT, 'an edit makes a new version');
END;

-- Every decision, also those that a later one replaced.
CREATE TABLE creative_decisions (
    creative_id  TEXT NOT NULL,
    version      INTEGER NOT NULL,
    state        TEXT NOT NULL,
    decided_at   TEXT NOT NULL,
    decided_by   TEXT NOT NULL,
    reason       TEXT NOT NULL DEFAULT '',
    FOREIGN KEY (creative_id, version) REFERENCES creative_versions (creative_id, version)
        ON DELETE CASCADE
);
CREATE INDEX creative_decisions_by_creative ON creative_decisions (creative_id, version);

CREATE TABLE campaigns (
    campaign_id    TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    campaign_type  TEXT NOT NULL DEFAULT '',
    starts_at      TEXT NOT NULL DEFAULT '',
    ends_at        TEXT NOT NULL DEFAULT '',
    budget_minor   INTEGER NOT NULL DEFAULT 0 CHECK (budget_minor >= 0),
    currency       TEXT NOT NULL DEFAULT ''
);
"""
