"""Permits: what one allows, the code that carries it, and how a gate judges it. Pure."""
