"""Simulated meters and vehicles, and recorded files replayed as devices would send them.

Start reading at `district`. Knows the product only through MQTT and `domain`.
"""
