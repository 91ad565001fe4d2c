"""Two people edit one row: nobody's change is lost, and a form that is sent twice is saved once.

A page of a form carries what its fields held when it was opened. When it comes back, each field is compared three
ways under the row's lock: opened, typed, now. What only one of the two changed is kept; where both did, it asks.
"""
