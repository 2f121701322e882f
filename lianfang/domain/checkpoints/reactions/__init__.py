"""What happens at gates when other apps announce facts, by topic."""
