"""DL/T 645-2007 electricity meters: answers to a reading of registers."""
