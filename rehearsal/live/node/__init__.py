"""One node: its namespaces, files, groups and programs."""
