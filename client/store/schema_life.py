"""Schema: an ad's life after approval, its exports, preference pairs, and choices among ads."""

# creative_versions is rebuilt because SQLite cannot change a CHECK. Foreign keys are on and stay on:
# the children are copied to point to the new table first, so that dropping the old one takes nothing.
LIFE = """
CREATE TABLE creative_versions_2 (
    creative_id     TEXT NOT NULL REFERENCES creatives (creative_id) ON DELETE CASCADE,
    version         INTEGER NOT NULL CHECK (version >= 1),
    headline        TEXT NOT NULL,
    body            TEXT NOT NULL,
    call_to_action  TEXT NOT NULL DEFAULT '',
    state           TEXT NOT NULL CHECK (state IN
                    ('draft', 'refused', 'approved', 'live', 'retired', 'rejected')),
    writer          TEXT NOT NULL,
    provenance      TEXT NOT NULL DEFAULT '{}',
    findings        TEXT NOT NULL DEFAULT '[]',
    n_errors        INTEGER NOT NULL DEFAULT 0,
    created_at      TEXT NOT NULL,
    decided_at      TEXT NOT NULL DEFAULT '',   -- of the decision that gave the state
    decided_by      TEXT NOT NULL DEFAULT '',
    reason          TEXT NOT NULL DEFAULT '',
    approved_at     TEXT NOT NULL DEFAULT '',   -- '' = nobody's yes is in force
    approved_by     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (creative_id, version),
    CHECK (state NOT IN ('approved', 'live') OR (n_errors = 0 AND decided_by <> ''
           AND decided_at <> '' AND trim(approved_by) <> '' AND approved_at <> '')),
    CHECK (state <> 'retired' OR trim(approved_by) <> '')
) WITHOUT ROWID;
INSERT INTO creative_versions_2
  SELECT creative_id, version, headline, body, call_to_action, state, writer, provenance, findings,
    n_errors, created_at, decided_at, decided_by, reason,
    CASE state WHEN 'approved' THEN decided_at ELSE '' END,
    CASE state WHEN 'approved' THEN decided_by ELSE '' END
  FROM creative_versions;

-- Every decision, also those that a later one replaced or took back; never changed.
CREATE TABLE creative_decisions_2 (
    entry        INTEGER PRIMARY KEY,
    creative_id  TEXT NOT NULL,
    version      INTEGER NOT NULL,
    state        TEXT NOT NULL,                 -- after the decision
    decided_at   TEXT NOT NULL,
    decided_by   TEXT NOT NULL,
    reason       TEXT NOT NULL DEFAULT '',
    was          TEXT NOT NULL DEFAULT '',      -- before it; '' = recorded before this column
    undoes       INTEGER UNIQUE REFERENCES creative_decisions_2 (entry) ON DELETE CASCADE,
    FOREIGN KEY (creative_id, version) REFERENCES creative_versions_2 (creative_id, version)
        ON DELETE CASCADE
);
INSERT INTO creative_decisions_2 (creative_id, version, state, decided_at, decided_by, reason)
  SELECT creative_id, version, state, decided_at, decided_by, reason
  FROM creative_decisions ORDER BY decided_at, rowid;
DROP TABLE creative_decisions;
DROP TABLE creative_versions;
ALTER TABLE creative_versions_2 RENAME TO creative_versions;
ALTER TABLE creative_decisions_2 RENAME TO creative_decisions;
CREATE INDEX creative_versions_by_state ON creative_versions (state);
CREATE INDEX creative_decisions_by_creative ON creative_decisions (creative_id, version, entry);

CREATE TRIGGER creative_versions_words_are_kept
BEFORE UPDATE OF creative_id, version, headline, body, call_to_action, writer, provenance, created_at
ON creative_versions
BEGIN
    SELECT RAISE(ABORT, 'an edit makes a new version');
END;
CREATE TRIGGER creative_versions_begin_undecided BEFORE INSERT ON creative_versions
WHEN NEW.state NOT IN ('draft', 'refused')
BEGIN
    SELECT RAISE(ABORT, 'a new version waits for a person');
END;
CREATE TRIGGER creative_versions_live_after_approved BEFORE UPDATE OF state ON creative_versions
WHEN NEW.state = 'live' AND OLD.state NOT IN ('approved', 'live', 'retired')
BEGIN
    SELECT RAISE(ABORT, 'only an approved version goes live');
END;
CREATE TRIGGER creative_decisions_are_kept BEFORE UPDATE ON creative_decisions
BEGIN
    SELECT RAISE(ABORT, 'a decision is followed by another, never changed');
END;

-- Files that ads were written to. The triggers hold for every program: no yes, no row.
CREATE TABLE creative_exports (
    creative_id  TEXT NOT NULL,
    version      INTEGER NOT NULL,
    exported_at  TEXT NOT NULL,
    exported_by  TEXT NOT NULL,
    file_name    TEXT NOT NULL,                 -- without its folder
    FOREIGN KEY (creative_id, version) REFERENCES creative_versions (creative_id, version)
        ON DELETE CASCADE
);
CREATE INDEX creative_exports_by_creative ON creative_exports (creative_id, version);
CREATE TRIGGER creative_exports_approved BEFORE INSERT ON creative_exports
WHEN NOT EXISTS (SELECT 1 FROM creative_versions WHERE creative_id = NEW.creative_id
                 AND version = NEW.version AND state IN ('approved', 'live'))
BEGIN
    SELECT RAISE(ABORT, 'only an approved version is exported');
END;

-- Which version a person (or the shoppers' clicks) preferred to which. Written with the deed itself;
-- whether a pair still counts is read from the states of its versions, not from here.
CREATE TABLE creative_pairs (
    pair_id         INTEGER PRIMARY KEY,
    made_at         TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('edited', 'approved', 'clicked')),
    winner_id       TEXT NOT NULL,
    winner_version  INTEGER NOT NULL,
    loser_id        TEXT NOT NULL,
    loser_version   INTEGER NOT NULL,
    by              TEXT NOT NULL DEFAULT '',
    p_better        REAL CHECK (p_better BETWEEN 0 AND 1),  -- only 'clicked', as are the counts
    winner_shown    INTEGER,
    winner_clicks   INTEGER,
    loser_shown     INTEGER,
    loser_clicks    INTEGER,
    FOREIGN KEY (winner_id, winner_version) REFERENCES creative_versions (creative_id, version)
        ON DELETE CASCADE,
    FOREIGN KEY (loser_id, loser_version) REFERENCES creative_versions (creative_id, version)
        ON DELETE CASCADE,
    UNIQUE (kind, winner_id, winner_version, loser_id, loser_version),
    CHECK (winner_id <> loser_id OR winner_version <> loser_version),
    CHECK ((kind = 'clicked') = (p_better IS NOT NULL))
);
CREATE INDEX creative_pairs_by_loser ON creative_pairs (loser_id, loser_version);

-- Which of several ads an audience was to be shown, and how likely each was. No column of people.
CREATE TABLE creative_choices (
    choice_id    TEXT PRIMARY KEY,
    chosen_at    TEXT NOT NULL,
    product_id   TEXT NOT NULL,
    audience_id  TEXT NOT NULL DEFAULT '',
    slot         TEXT NOT NULL,
    language     TEXT NOT NULL,
    method       TEXT NOT NULL,                 -- 'beta-thompson@1'
    settings     TEXT NOT NULL,                 -- canonical JSON: prior, strength, floor, error
    seed         INTEGER                        -- NULL: drawn from the system's generator
);
CREATE INDEX creative_choices_by_time ON creative_choices (chosen_at);
CREATE TABLE creative_choice_arms (
    choice_id    TEXT NOT NULL REFERENCES creative_choices (choice_id) ON DELETE CASCADE,
    creative_id  TEXT NOT NULL,
    version      INTEGER NOT NULL,
    propensity   REAL NOT NULL CHECK (propensity > 0 AND propensity <= 1),
    n_shown      INTEGER NOT NULL,              -- what was known at the choice
    n_clicks     INTEGER NOT NULL,
    rank         INTEGER,                       -- 1.. = chosen, in this order; NULL = not
    p_pick       REAL CHECK (p_pick > 0 AND p_pick <= 1),  -- of a chosen one, given those before
    PRIMARY KEY (choice_id, creative_id, version),
    FOREIGN KEY (creative_id, version) REFERENCES creative_versions (creative_id, version)
        ON DELETE CASCADE,
    CHECK ((rank IS NULL) = (p_pick IS NULL))
) WITHOUT ROWID;
CREATE INDEX creative_choice_arms_by_creative ON creative_choice_arms (creative_id, version);
CREATE TRIGGER creative_choice_arms_approved BEFORE INSERT ON creative_choice_arms
WHEN NOT EXISTS (SELECT 1 FROM creative_versions WHERE creative_id = NEW.creative_id
                 AND version = NEW.version AND state IN ('approved', 'live'))
BEGIN
    SELECT RAISE(ABORT, 'only approved versions are chosen from');
END;

-- Empty where a shop's logs name no creative. It holds all that outcomes are counted from, for 500,000
-- rows that lie apart in the table took three times as long to sum up.
CREATE INDEX impressions_by_creative ON impressions (creative_id, shown_at, placement, shopper,
    aside, clicked, propensity, cost_minor, impression_id) WHERE creative_id <> '';
CREATE INDEX costs_by_creative ON costs (creative_id) WHERE creative_id <> '';
"""
