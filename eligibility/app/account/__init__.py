"""Signing in, accounts and administration."""
