"""The nodes' network, and the ways between it and this machine's own."""
