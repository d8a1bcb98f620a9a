"""Gateways that a user would pick instead, beside ours in one run."""
