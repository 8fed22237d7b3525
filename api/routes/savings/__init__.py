"""Baselines, and what was saved against them."""
