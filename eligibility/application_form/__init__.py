"""Texts of an official application: their boxes, the figures they take, and what contradicts the tables."""
