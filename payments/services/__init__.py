"""What happens to money. From the top down (the order in which they may import each other, see pyproject.toml):

closing_decisions                          closing and reopening what needs a decision
decisions, provider_events, provider_refunds, manual, reminders, revenue_report
checkout                                   an online payment, from its link to the provider's final word
refunds                                    a refund: how much, who asks, who approves, what it does to the books
ledger, findings, providers                payments put on bookings; the comparison's rows; the gateways
provider_alarm, times
"""
