"""Faults of plant, meters and vehicles, put into simulated series with their truth beside."""
