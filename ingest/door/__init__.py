"""Who may sign in at the broker, and what they may do there: kept at what the database says."""
