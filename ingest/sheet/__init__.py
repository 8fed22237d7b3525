"""Tables that people fill in: workbooks and CSV read into rows, with every fault at its cell."""
