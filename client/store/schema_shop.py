"""Schema: products, shoppers, events, impressions, conversions, refused rows, imports."""

SHOP = """
"""
