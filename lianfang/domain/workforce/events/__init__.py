"""Facts about people on duty, by topic."""
