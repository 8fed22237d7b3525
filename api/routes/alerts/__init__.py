"""The alert desk: what stands, who is told, and what was done about it."""
