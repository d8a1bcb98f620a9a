"""Questions about a finished plan: cost, capacity, change, diagram, simulation."""
