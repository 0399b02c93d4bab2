"""The auditor's report: one HTML and one PDF that a person reads and signs, in English and Chinese."""
