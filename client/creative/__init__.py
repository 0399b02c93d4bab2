"""Ads: write, check, rank, and a person decides."""
