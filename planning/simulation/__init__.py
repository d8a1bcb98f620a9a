"""A day of load through the sizing model and the autoscalers' own arithmetic."""
