"""Contracts and the statements by which they are settled."""
