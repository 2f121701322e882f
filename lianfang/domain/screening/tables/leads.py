"""Screening tables: leads."""
