"""What devices sent, and what stands between the wire and a reading."""
