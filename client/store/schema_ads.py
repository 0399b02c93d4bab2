"""Schema: creatives and their versions, campaigns."""

ADS = """
"""
