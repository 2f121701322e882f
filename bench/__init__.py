"""Measuring Lianfang against its goals, beside something comparable in the same run: `make bench`."""
