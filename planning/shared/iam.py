"""IAM's own limits."""

MAX_ROLE_NAME = 64
