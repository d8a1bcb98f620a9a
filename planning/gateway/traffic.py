"""How the proxies treat a plugin's pods and its clients; the limits of its routes: planning/gateway/routes.py."""

KEYS_SECONDS = 300
"""How long the issuer's keys are kept: a key that it takes back is trusted this long."""

SESSION_CHECK_SECONDS = 2
"""For the answer whether a session is good, tries included; after it a request is answered 503."""

RETRIES = 2
RETRY_MS = (25, 250)
"""Before the first try again, and at most before a later one: all within what a request has in any case."""

REFUSED_IN_A_ROW = 5
"""Connections that a pod resets or refuses before it is left out."""

GATEWAY_ERRORS_IN_A_ROW = 10
"""502, 503 and 504 that a pod itself answers before it is left out."""

JUDGED_EACH_SECONDS = 3
LEFT_OUT_SECONDS = 15
"""The first time; Envoy multiplies it by how often the pod was left out before."""

LEFT_OUT_PERCENT = 50
"""Of a plugin's pods, at most; with fewer than this part well, all are asked again."""

SLOW_START_SECONDS = 15
"""In which a pod that is new gets its whole share, little by little."""

AFFINITY_SECONDS = 3600
"""How long a client keeps to one pod where the plugin asks for that."""

PREFLIGHT_SECONDS = 600
"""How long a browser remembers what a page of another origin may ask."""
