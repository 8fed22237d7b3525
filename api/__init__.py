"""HTTP and the console in front of the figures. Start reading at `app`, then `routes`."""
