"""Screening models: visits."""
