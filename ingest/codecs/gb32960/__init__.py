"""GB/T 32960.3 of 2016 and 2025: frames of electric vehicles and of platforms that pass them on.

Start reading at `codec`. The tables of the two editions are data, in `edition2016` and
`edition2025`; the same section number means different things in them, and the start marker of the
frame says which edition it is. Where everything stands in a report is found once, by `layouts`, and
serves the reports that are built alike.
"""
