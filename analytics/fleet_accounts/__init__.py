"""Accounts of a place's vehicles, read from the store: costs, use and displaced fuel."""
