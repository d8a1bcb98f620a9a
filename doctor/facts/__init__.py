"""Asks: AWS, DNS, registries of images, this machine. Every question has a time-out, and an answer or a reason."""
