"""Papers that firms already have, read offline: figures with their source (see docs/papers.md)."""
