"""Facts about gates, by topic. They hold ids and codes, never names or numbers."""
