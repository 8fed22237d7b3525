"""The figures of a contract's month as the ledger tells them. Pure."""
