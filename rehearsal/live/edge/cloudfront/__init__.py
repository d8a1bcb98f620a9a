"""What CloudFront does to a request and its answer, by what the stack recorded."""
