"""Booking references: short, unguessable in sequence, safe to read out over the phone."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U/V pairs
LENGTH = 8


def new_reference() -> str:
    return "TD-" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
