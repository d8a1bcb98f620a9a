"""What pods have in common."""

TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105  # a directory
"""Where a client of the Kubernetes API looks for the token of its service account."""
