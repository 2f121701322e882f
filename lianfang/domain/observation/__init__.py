"""Home observation: orders, needs, slots, readings, referrals, release. Refuses to begin over an unowned need."""
