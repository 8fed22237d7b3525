"""Settlement of energy contracts: the same inputs give the same statement, to the cent. Pure."""
