"""Baselines that are kept: what they were fitted to, word for word, and what they say later."""
