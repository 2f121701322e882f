"""Reads of reports for doors and for the app itself, by topic: figures, units, the page, coverage."""
