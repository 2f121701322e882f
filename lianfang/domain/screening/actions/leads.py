"""Screening actions: leads."""
