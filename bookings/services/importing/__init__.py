"""Departures and bookings from another system's spreadsheets, in sets: a few statements per chunk of rows.

Each import is one transaction. A row is created, updated, unchanged, or refused with a reason that names the field.
"""
