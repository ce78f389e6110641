"""A city's or carrier's year: who can be certified, whom to support, what to expect."""
