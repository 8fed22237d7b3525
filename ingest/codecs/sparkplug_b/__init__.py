"""Sparkplug B: edge nodes that name their metrics once, at birth, and by a number ever after."""
