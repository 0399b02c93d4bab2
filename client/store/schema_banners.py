"""Schema: photos of products, for banners."""

BANNERS = """
CREATE TABLE product_photos (
    product_id  TEXT PRIMARY KEY,
    sha256      TEXT NOT NULL,
    file        TEXT NOT NULL,   -- below the shop's folder
    added_at    TEXT NOT NULL
) WITHOUT ROWID;
"""
