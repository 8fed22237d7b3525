"""Baselines and the contracts that are settled by them."""
