"""What is told to whom, when, and in which form each channel wants it. Pure; start at `message`."""
