"""Schema: photos of products, for banners."""

BANNERS = """
CREATE TABLE product_photos (
    product_id  TEXT PRIMARY KEY,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    file        TEXT NOT NULL,   -- below the shop's folder
    added_at    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX product_photos_by_file ON product_photos (file);
"""
