"""One service for each business act; admin, API, import, tasks and commands all call these.

Lock order, always: bookings by primary key, then departures by primary key. Departures are changed last.
"""
