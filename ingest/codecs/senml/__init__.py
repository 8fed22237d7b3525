"""SenML: lists of measurements of constrained devices, in JSON or CBOR."""
