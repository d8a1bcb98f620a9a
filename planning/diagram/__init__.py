"""The architecture of a stack as a graph, and the graph as text and as a picture."""
