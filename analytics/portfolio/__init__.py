"""Figures of many institutions within a person's scope, read from the store."""
