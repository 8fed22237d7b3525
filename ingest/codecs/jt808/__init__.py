"""JT/T 808 of 2013 and 2019: satellite terminals of petrol, rental and official cars.

Start reading at `codec`; `wire` says how the frames come over TCP.
"""
