"""Gates: everyone who passes, what was decided and why, hand-overs to villages, permits."""
