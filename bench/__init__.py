"""Measuring Lianfang against its goals, each figure beside something comparable in the same run. Run by `make bench`."""
