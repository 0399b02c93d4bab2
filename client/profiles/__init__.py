"""Profiles and segments of one shop's shoppers: made here, kept here, never part of an update."""
