"""The phones that work is done on: which ones there are, when each was last heard of, and which are lost."""
