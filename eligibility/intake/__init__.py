"""Intake: files and forms of firms parsed and validated into a table of firms."""
