"""Screening tables: visits."""
