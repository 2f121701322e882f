"""What screening does when something was learnt, by topic."""
