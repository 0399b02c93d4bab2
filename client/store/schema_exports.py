"""Schema: which audiences were written to files; it holds no column of people."""

#: `IF NOT EXISTS`: a shop of before this table gets it with its first export.
EXPORTS = """
CREATE TABLE IF NOT EXISTS audience_exports (
    export_id   TEXT PRIMARY KEY,
    audience_id TEXT NOT NULL,
    exported_at TEXT NOT NULL,
    exported_by TEXT NOT NULL,   -- the account of this computer, or as the person said
    form        TEXT NOT NULL,   -- 'csv', 'json', 'match'
    n_people    INTEGER NOT NULL,
    file_name   TEXT NOT NULL    -- without its folder
) STRICT;
CREATE INDEX IF NOT EXISTS audience_exports_by_time ON audience_exports (exported_at);
"""

#: Files that were deleted again from the window that had written them; made with the first of them.
TAKEN_BACK = """
CREATE TABLE IF NOT EXISTS audience_exports_back (
    export_id     TEXT PRIMARY KEY,
    taken_back_at TEXT NOT NULL
) STRICT
"""
