"""Vehicles, what they did, what it cost, and what looks wrong with it."""
