"""Screening gaps: visits."""
