"""Reads of gates for other code, by topic."""
