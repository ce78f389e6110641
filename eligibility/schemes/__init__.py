"""Schemes: each qualification's law as data and its rules, one folder a scheme."""
