"""What one app does when another announces a fact."""
