"""Savings and how sure they are: numbers in, numbers out.

`own_record` is what a meter's own past says of how it drifts, `meter_year` a year in which nothing
is known to have changed, held against the model of the year before; `calibration` makes of many
such years how far off a prediction may be (`shipped.calibration()` until a place has its own),
`avoided_use` puts a band around one saving, `portfolio` around many together. `typical_year` is the
weather of the normalised saving; `isolation`, `on_off` and `side_by_side` are the methods beside
the whole-building model. `non_routine` finds what is a `proposal` of an event, for a person to
accept.
"""
