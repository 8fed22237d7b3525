"""Organisations, buildings and sites, with what is so of them from a day on."""
