"""The demo: everything on one machine, a simulated district, and people at work in it."""
