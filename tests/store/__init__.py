"""The store, each claim on SQLite and on a real PostgreSQL."""
