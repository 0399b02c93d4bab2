"""Schema: rounds of secure sums that this shop joined, and the lists of merchants that it goes by."""

LEAGUE = """
-- What must outlive the process, so that no round has two masked sums.
CREATE TABLE league_rounds (
    run_id TEXT NOT NULL,
    task TEXT NOT NULL,            -- "train" or "evaluate"
    round INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    plan_digest TEXT NOT NULL,
    sum_digest TEXT NOT NULL,      -- of the SumTask
    joined_at TEXT NOT NULL,
    sent INTEGER NOT NULL CHECK (sent IN (0, 1)),
    PRIMARY KEY (run_id, task, round)
) STRICT;

CREATE INDEX league_rounds_by_sum ON league_rounds (sum_digest);

CREATE TRIGGER league_rounds_forward BEFORE INSERT ON league_rounds
WHEN NEW.round < (SELECT max(round) FROM league_rounds
                   WHERE run_id = NEW.run_id AND task = NEW.task)
BEGIN SELECT RAISE(ABORT, 'a newer round of this run was joined already'); END;

CREATE TRIGGER league_rounds_once BEFORE UPDATE ON league_rounds
WHEN OLD.sent OR NEW.attempt < OLD.attempt OR NEW.plan_digest <> OLD.plan_digest
    OR NEW.run_id <> OLD.run_id OR NEW.task <> OLD.task OR NEW.round <> OLD.round
BEGIN SELECT RAISE(ABORT, 'there is one masked sum a round'); END;

CREATE TRIGGER league_rounds_no_delete BEFORE DELETE ON league_rounds
BEGIN SELECT RAISE(ABORT, 'rounds that were joined stay joined'); END;

-- Of each coordinator the list that is gone by, and a later one that waits for the owner's yes.
CREATE TABLE rosters (
    coordinator TEXT NOT NULL,     -- public key
    state TEXT NOT NULL CHECK (state IN ('pinned', 'proposed')),
    digest TEXT NOT NULL,
    since TEXT NOT NULL,
    by TEXT NOT NULL CHECK (by IN ('first-use', 'owner', 'coordinator')),
    content TEXT NOT NULL,         -- the roster, canonical JSON
    PRIMARY KEY (coordinator, state)
) STRICT;
"""
