"""Web API (HTTP interface) for other programs: ``python -m eligibility serve``, ``/api/v1/…``.

Every answer is what the command of the same name prints, to the byte. It keeps nothing: what is sent
is read, answered and forgotten. docs/api.md shows each call.
"""
