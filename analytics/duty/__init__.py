"""What people on duty read: the night shift, the hand-over, hours, and what mending saved."""
