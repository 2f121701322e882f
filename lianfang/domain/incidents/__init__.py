"""Incidents, response levels, measures and the rules that hold. Refuses open-ended measures and looser local rules."""
