"""A firm's own steps, from the first question to the result."""
