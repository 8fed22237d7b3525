"""An institution's months and years: entries, factors, the ledger, statistics, reports."""
