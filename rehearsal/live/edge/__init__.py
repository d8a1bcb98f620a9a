"""CloudFront and the load balancer, played by a proxy on loopback: what the stack's resources say, applied to requests.

Played as AWS's documentation has it: the choice of a behaviour, functions, what of a request an origin sees, what
policies add to an answer, and what a load balancer adds and checks. Not played: the cache (every request reaches an
origin), the firewall, HTTP/2 and 3, compression, security groups.
"""
