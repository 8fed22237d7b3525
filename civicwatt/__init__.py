"""The front door: the command line and the demo. Start reading at `cli`."""
