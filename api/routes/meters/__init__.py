"""What meters counted, where they hang, and what people say of their registers."""
