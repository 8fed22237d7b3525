"""Organisations, buildings and sites: their facts, weather, calendars and use."""
