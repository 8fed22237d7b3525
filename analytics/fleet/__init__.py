"""What vehicles did: trips, stops and charges with their distance and energy. Pure.

Start reading at `segmentation.py`. Samples are put in order of their own time (`samples`),
intervals between them are judged (`motion`), joined to spans (`spans`, `charging`), and measured
(`distance`, `energy`). What a late sample can change is `window`, what it changed is `revision`.
"""
