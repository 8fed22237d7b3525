"""From rows to figures.

`models`, `savings`, `baseline`, `rules`, `alerts`, `ledger`, `settlement`, `drawn`, `evidence`,
`fleet`, `delivery` and `reports` are pure. `place`, `institution`, `portfolio`, `contracts`,
`fleet_accounts`, `metrology` and `duty` read the store for whoever asks; `jobs` compute and write.
"""
