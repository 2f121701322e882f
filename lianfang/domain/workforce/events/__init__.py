"""Facts about people on duty, by topic. They hold ids; names stay in the records."""
