"""Supervision: appeals against restrictions, who looked at a record, and whom a leak of data concerns."""
