"""Real nodes for a rehearsal's control plane, and what pods on them need."""
