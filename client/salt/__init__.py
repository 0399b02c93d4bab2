"""The salt of pseudonyms: where it lies, how it is read and moved."""
