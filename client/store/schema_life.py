"""Schema: an ad's life after approval, and what came back of it."""

LIFE = """
CREATE TABLE creative_outcomes (
    creative_id   TEXT NOT NULL REFERENCES creatives (creative_id) ON DELETE CASCADE
);
"""
