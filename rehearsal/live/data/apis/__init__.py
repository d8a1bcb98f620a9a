"""AWS's APIs that pods ask, who pods are to them, and what changes objects on their way into the cluster."""
