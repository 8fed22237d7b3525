"""From the broker to rows. Start reading at `collector`; how payloads are read is in `codecs`."""
