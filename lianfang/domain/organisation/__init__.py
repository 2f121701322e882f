"""Units, workers and who answers for whom: the responsibility chain."""
