"""Screening actions: visits."""
