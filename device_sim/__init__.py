"""Simulated meters and vehicles that speak over MQTT as real ones do, and recordings played back.

Knows what things are (`domain`) and nothing of how they are collected or stored. Start reading at
`district.py`, which tells which device reads what at which instant; `transmission.py` sends it.
"""
