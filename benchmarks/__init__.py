"""Measurements of speed, as ratios within one run; `make bench` prints the tables of docs/benchmarks.md."""
