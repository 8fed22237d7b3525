"""What devices of other makers send: values to the bytes or texts of their protocols. Pure."""
