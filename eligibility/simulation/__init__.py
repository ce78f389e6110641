"""Invented past applications, from a process that is written down, with the true chance of each.

No public file of real applications exists. What stands here serves to try the readiness estimator
and to show the program; it shares the rules with the estimator and nothing else.
"""
