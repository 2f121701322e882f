"""The demo county: 绛县 with made-up people, the same every time."""
