"""Frames of vehicles and of vehicle platforms over TCP."""
