"""Faults that real devices and their ways to the broker show, with the truth kept beside. Pure."""
