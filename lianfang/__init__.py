"""联防: the working system of a county's public-health emergency command."""

__version__ = "0.1.0"
