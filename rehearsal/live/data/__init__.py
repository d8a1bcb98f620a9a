"""What AWS serves data by, in the nodes' network: databases, caches, buckets, secrets, and pods' credentials.

All of it is made of what the played AWS has (rehearsal.standins.aws.account.inventory), never of a plan: a wrong value
fails here as it would there.
"""
