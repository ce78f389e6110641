"""Readiness: probability of certification, learned from past applications. Never alters a finding.

past → features → training (conjunction against stock) → model → artifact; watching looks back.
"""
