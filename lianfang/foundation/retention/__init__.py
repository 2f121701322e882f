"""Retention: what is no longer needed is erased by schedule, with a certificate for every erasure."""
