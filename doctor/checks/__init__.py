"""Judges: facts in, findings out; asks nobody."""
