"""Schema: since when a bundle is in use, apart from when it was installed."""

USES = """
ALTER TABLE bundles ADD COLUMN used_since TEXT NOT NULL DEFAULT ''; -- last time it became current
UPDATE bundles SET used_since = installed_at;
DROP INDEX bundles_by_time;
CREATE INDEX bundles_by_use ON bundles (used_since);
"""
