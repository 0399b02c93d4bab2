"""The checks, one noun a file; each is a pure function of brief and text."""
