"""What is decided at gates, by topic. Pure."""
