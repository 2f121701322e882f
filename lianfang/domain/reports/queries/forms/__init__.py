"""Ready-made forms: which there are, what fills them, and the same as a text for a chat group."""
