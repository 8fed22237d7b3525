"""Contracts as the store keeps them, and their statements from the draft to what is taken home."""
