"""The reading of a stack: its configuration and its registry, and the plan that both make."""
