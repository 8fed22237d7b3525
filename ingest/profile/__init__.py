"""Profiles: how foreign devices' messages are read, as data. Pure but for reading the files."""
