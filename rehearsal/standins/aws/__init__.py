"""The stand-in for pulumi-resource-aws: checks, answers and replaces as AWS would, and keeps nothing."""
