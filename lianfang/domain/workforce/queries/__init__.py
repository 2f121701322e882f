"""Reads of the workforce for other code, by topic."""
