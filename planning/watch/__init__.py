"""What is watched: objectives, rules, dashboards, and the series that they are made of."""
