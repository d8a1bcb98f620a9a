"""Rehearse a whole environment on one machine: real engine, real API server, AWS played."""
