"""The words that every other module speaks of."""
