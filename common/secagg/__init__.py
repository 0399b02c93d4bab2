"""Secure aggregation: the coordinator learns one sum and nobody's part of it; pure."""
