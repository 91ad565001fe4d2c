"""Payments that a person records: cash, card terminal, bank transfer, mobile money; and voiding a wrong record."""
