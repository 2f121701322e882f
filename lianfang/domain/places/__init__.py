"""Premises, posts, facilities, vessels: places that are not households."""
