"""Schema: the privacy ledger (append-only), reports that were sent, plans that were received."""

LEDGER = """
"""
