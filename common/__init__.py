"""What both sides of the wire agree on: no network calls, no Qt."""

__version__ = "0.1.0"
