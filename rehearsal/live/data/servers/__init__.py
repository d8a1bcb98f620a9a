"""Databases and caches: their programs, as RDS and ElastiCache run them."""
