"""What things are: units, quantities, time, quality, places, errors. Standard library only.

Start reading at `quantity`, then `reading`.
"""
