"""Schema: which audiences were written to files; it holds no column of people."""

#: `IF NOT EXISTS`: shops of before this migration got it with their first export.
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

#: Where each file was written and what it was, so that it can be found again and deleted.
FILES = """
ALTER TABLE audience_exports ADD COLUMN path TEXT NOT NULL DEFAULT ''; -- '' before this migration
ALTER TABLE audience_exports ADD COLUMN digest TEXT NOT NULL DEFAULT ''; -- SHA-256 of the file
CREATE TABLE IF NOT EXISTS audience_exports_back (
    export_id     TEXT PRIMARY KEY,
    taken_back_at TEXT NOT NULL
) STRICT;
"""
