"""Read, compute, write. Every job may run twice and late. Start reading at `consumption`."""
