"""Screening models: leads."""
