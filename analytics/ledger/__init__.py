"""Registers, tariffs, settlement and displacement as pure functions of their inputs."""
