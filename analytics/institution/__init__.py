"""An institution's month as the store has it: entries, context, closing."""
