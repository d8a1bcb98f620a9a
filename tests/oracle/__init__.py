"""What the real Terraform AWS provider, on which Pulumi's is built, says of the resources of a stack."""
