"""What an environment costs a month: a dated price table, stated assumptions, and the plan."""
