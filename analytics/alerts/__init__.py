"""How an alert stands, what it is worth, and whom it may interrupt. Pure."""
