"""Screening queries: leads."""
