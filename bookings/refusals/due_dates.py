"""By when a booking is to be paid."""

from notifications.refusals import Refused


class WrongDueDate(Refused):
    code = "due_date"
    form_fields = ("due_on",)


class SameDueDate(WrongDueDate):
    sentence = "{name} is to be paid by that day already."
    name: str


class DueDateOver(WrongDueDate):
    sentence = "That day is over. Choose today or a later one."


class DueAfterDeparture(WrongDueDate):
    sentence = "Choose a day up to the departure: all is to be paid before it leaves."
