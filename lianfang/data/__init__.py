"""Facts that travel with the package; each folder names its source and licence."""
