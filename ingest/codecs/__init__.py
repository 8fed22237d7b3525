"""Device payloads to samples: pure functions, one module per format."""
