"""hansa-audit: checks exports of merchants offline, with nothing but the `audit` extra."""
