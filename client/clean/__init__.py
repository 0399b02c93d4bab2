"""Cleaning: rules that set rows aside, each visible and switchable; attribution of purchases."""
