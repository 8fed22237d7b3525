"""Use and saving of one place as somebody asks for it, read from the store."""
