"""How good the ads are: text figures, headline choice on A/B tests, a blind reading kit."""
