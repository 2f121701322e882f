"""Sheets out: any department's own .xlsx taken in once as a template, and filled from the tables in its own layout."""
