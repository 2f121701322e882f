"""Screening gaps: leads."""
