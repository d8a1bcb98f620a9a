"""What makes Kubernetes objects beside ours: Helm, cdk8s and OpenTofu, with the same objects and API server."""
