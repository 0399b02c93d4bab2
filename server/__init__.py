"""The coordinator: it never sees a row."""
