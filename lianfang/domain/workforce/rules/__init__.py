"""What is decided about people on duty, by topic. Pure."""
