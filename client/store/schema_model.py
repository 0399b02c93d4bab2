"""Schema: installed bundles, personal heads, audiences."""

MODEL = """
"""
