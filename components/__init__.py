"""Pulumi components: they turn a plan into resources."""
