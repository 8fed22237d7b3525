"""Devices, what they sent, and what was not taken in."""
