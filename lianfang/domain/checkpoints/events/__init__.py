"""Facts about gates, by topic. They hold ids, codes and sealed words, never names or numbers."""
