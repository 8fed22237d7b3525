"""Documents of reports, made of figures that are known elsewhere. Pure."""
