"""From rows to figures. `ledger`, `models` and `rules` are pure; `jobs` do the I/O."""
