"""Upkeep of the incidents app."""
