"""Texts of products and searches as frozen vectors, kept in the shop's database; nothing is fitted here."""
