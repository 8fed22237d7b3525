"""A statement one can take home: everything it follows from, in one file that anybody can check."""
