"""CJ/T 188 water, gas and heat meters: answers to a reading."""
