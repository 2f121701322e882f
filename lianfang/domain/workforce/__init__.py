"""People on duty: who serves, where they come from, posts and their shifts, rosters, care for those who serve."""
