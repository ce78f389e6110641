"""The domain model: the types and terms that every other package uses."""
