"""Signing in by an OpenID provider: what is asked of it, and what of its answers holds."""
