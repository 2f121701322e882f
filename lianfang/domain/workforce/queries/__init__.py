"""Reads of people on duty for other code, by topic."""
