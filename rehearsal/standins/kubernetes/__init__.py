"""A stand-in for the Pulumi Kubernetes provider: server-side apply against a real API server."""
