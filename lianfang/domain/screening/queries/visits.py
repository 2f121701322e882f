"""Screening queries: visits."""
