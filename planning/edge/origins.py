"""How long CloudFront waits for what it asks, and how Route 53 tells that a region is well.

The times fit each other: see also planning/gateway/load_balancer.py and planning/gateway/routes.py.
"""

KEEPALIVE_SECONDS = 60
"""An idle connection of CloudFront's to the balancer; shorter than the balancer's own."""

CONNECT_SECONDS = 3
FAILOVER_STATUS = (500, 502, 503, 504)
"""Answers of an assets bucket upon which the copy in the second region is asked."""

VPC_ORIGIN_MINUTES = 45
"""For one to be made or changed. AWS: up to 15, which is just when the provider gives up where nothing is stated."""

CHECK_SECONDS = 30
"""Between two health checks from each of Route 53's places; the other choice, 10, is billed extra."""

CHECK_FAILURES = 3
"""In a row, after which a region counts as ill, and successes after which it is well again."""

VERDICT_TTL_SECONDS = 30
"""Of the record that names the region that should serve."""

PROOF_TTL_SECONDS = 300
"""Of the record by which ACM sees that the site's name is ours, which never changes."""
