"""Tariffs, what use costs by them, and the utility's bills."""
