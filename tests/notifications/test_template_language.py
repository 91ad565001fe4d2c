import tracemalloc

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Model

from bookings.mail_kinds import LONGEST
from bookings.models import Booking, Customer, Traveller, Trip
from bookings.services.create import MAX_PARTY
from notifications.kinds import LARGEST_PARTY, LONGEST_NAME, all_kinds
from notifications.template_checks import check_template
from notifications.template_filters import UnfitText
from notifications.template_language import fill, placeholders
from tests.mail_kinds import sample

KIND = "booking_confirmation"


def problems(body: str, subject: str = "Hello") -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        check_template(kind=KIND, subject=subject, body=body)
    return refused.value.message_dict


def test_variables_conditions_and_loops_over_known_facts_are_fine() -> None:
    body = (
        "Dear {{ customer_name|title }}, {% if hold_until and paid != total %}pay by {{ hold_until }}{% else %}"
        "thanks{% endif %}. {% for name in travellers %}{{ forloop.counter }}. {{ name }} {% endfor %}"
        "{{ support_email }} {# a remark #}"
    )
    check_template(kind=KIND, subject="{{ reference }}", body=body)
    assert fill(body, sample(KIND) | {"support_email": "help@tourdesk.example"}) == (
        "Dear Almaz Tesfaye, pay by 2026-11-24 10:00+03:00. 1. Almaz Tesfaye 2. Yonas Tesfaye help@tourdesk.example "
    )


@pytest.mark.parametrize(
    "body",
    [
        "{{ custmer_name }}",
        "{% if custmer_name == reference %}x{% endif %}",
        "{% if not reference and custmer_name %}x{% endif %}",
        "{% for name in custmer_name %}x{% endfor %}",
        "{{ reference|default:custmer_name }}",
        "{% if reference %}{% for name in travellers %}{{ custmer_name }}{% endfor %}{% endif %}",
    ],
)
def test_an_unknown_fact_is_named_with_the_known_ones(body: str) -> None:
    assert problems(body) == {"body": [f"There is no fact called custmer_name. Use: {', '.join(placeholders(KIND))}."]}


def test_the_field_with_the_mistake_is_named() -> None:
    assert list(problems("fine", subject="{{ nonsense }}")) == ["subject"]


@pytest.mark.parametrize(
    "body",
    [
        "{% load humanize %}",
        "{% include 'admin/base.html' %}",
        "{% extends 'emails/message.html' %}",
        "{% debug %}",
        "{% url 'admin:index' %}",
        "{% now 'Y' %}",
        "{{ customer_name|center:999999999 }}",
        "{{ customer_name|safe }}",
        "{% if %}",
        "{{ reference",
    ],
)
def test_everything_else_of_the_template_language_is_closed(body: str) -> None:
    if body == "{{ reference":
        check_template(kind=KIND, subject="Hello", body=body)  # plain text, as it stands
        return
    assert problems(body)["body"][0].startswith("This can't be read: ")
    with pytest.raises(UnfitText):
        fill(body, sample(KIND))


@pytest.mark.parametrize("name", ["customer_name.upper", "travellers.clear", "customer_name.__class__", "forloop.x"])
def test_attributes_and_calls_are_refused(name: str) -> None:
    if "__" in name:
        assert "may not begin with underscores" in problems(f"{{{{ {name} }}}}")["body"][0]
    else:
        assert f"There is no fact called {name}." in problems(f"{{{{ {name} }}}}")["body"][0]


def test_a_loop_inside_a_loop_is_refused() -> None:
    body = "{% for a in travellers %}{% if a %}{% for b in travellers %}x{% endfor %}{% endif %}{% endfor %}"
    assert problems(body) == {"body": ["Put no {% for %} inside another {% for %}."]}


@pytest.mark.parametrize(
    "body",
    [
        "{% for t in party_size %}x{% endfor %}",
        "{% for t in customer_name %}x{% endfor %}",
        "{% for a, b in travellers %}x{% endfor %}",
    ],
)
def test_a_loop_runs_over_a_list_one_by_one(body: str) -> None:
    sentence = "Write {% for name in travellers %}: one word for each of a list (travellers)."
    assert problems(body) == {"body": [sentence]}


@pytest.mark.parametrize("inside", ['{{ travellers|join:"x" }}', "{{ travellers }}", '{% if t|join:"x" %}x{% endif %}'])
def test_a_whole_list_inside_a_loop_is_refused(inside: str) -> None:
    sentence = "Inside {% for %} write {{ t }}, not the whole list, and no join."
    assert problems(f"{{% for t in travellers %}}{inside}{{% endfor %}}") == {"body": [sentence]}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{{ party_size|first }}", "This can't be filled in: 'int' object is not subscriptable."),
        ("Hi{% if hold_until %}{% else %}{{ party_size|last }}{% endif %}", "This can't be filled in: "),
        ("{% if paid %}" * 400 + "{% endif %}" * 400, "Put fewer {% if %} inside one another."),
        (
            "{% for t in travellers %}" + "x" * 9000 + "{% endfor %}",
            "With a party of 500 and the longest names: Filled in, this is longer than 200,000 characters.",
        ),
        ("{# nothing #}", "Filled in, this is blank."),
    ],
)
def test_a_text_that_fails_only_when_filled_in_is_refused_before(body: str, sentence: str) -> None:
    [problem] = problems(body)["body"]
    assert problem.startswith(sentence)


def test_an_endless_text_is_refused() -> None:
    assert problems("x" * 10_001) == {"body": ["Keep it under 10,000 characters."]}


def peak(body: str, facts: dict[str, object]) -> int:
    """Bytes that filling it in, or refusing it, takes at once."""
    tracemalloc.start()
    try:
        with pytest.raises(UnfitText):
            fill(body, facts)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


MULTIPLIES = "{{ travellers" + "|join:customer_name" * 4 + " }}"


@pytest.mark.parametrize(
    "body",
    [
        MULTIPLIES,
        "{% if " + MULTIPLIES[3:-3] + " %}x{% endif %}",
        "{{ reference|default:travellers" + "|join:customer_name" * 3 + " }}",
        "{% for t in travellers %}" + "{{ t }}" * 1_300 + "{% endfor %}",
        "{% for t in travellers %}" + "x" * 9_000 + "{% endfor %}",
        "{% for t in travellers %}" + "\n" * 9_000 + "{% endfor %}",
        "{% for t in travellers %}" * 4 + "{% endfor %}" * 4,
        "{% for t in travellers %}{% if travellers|upper|lower|title %}{% endif %}{% endfor %}",
        "{{ travellers" + "|title" * 1_500 + " }}",
        "x" * 2_000_000,
    ],
)
def test_a_text_that_would_grow_is_ended_before_it_takes_memory(body: str) -> None:
    assert peak(body, all_kinds()[KIND].longest_facts()) < 12_000_000


def test_a_join_of_a_join_is_refused_with_its_cure_when_it_is_saved() -> None:
    assert problems("{{ customer_name|join:customer_name|join:customer_name }}") == {
        "body": [
            "With a party of 500 and the longest names: join makes this longer than 100,000 characters. "
            "Join a list, once, with something short."
        ]
    }
    assert problems("fine", subject="{{ trip|join:reference|join:trip }}") == {
        "subject": [
            "With a party of 500 and the longest names: join makes this longer than 100,000 characters. "
            "Join a list, once, with something short."
        ]
    }


def test_the_largest_party_with_the_longest_names_can_be_named_once_more() -> None:
    check_template(
        kind=KIND,
        subject="{{ trip }} for {{ customer_name }}",
        body='{{ travellers|join:", " }}{% for name in travellers %}\n* {{ name }}{% endfor %}',
    )


def longest_in(model: type[Model], field: str) -> int:
    return int(getattr(model._meta.get_field(field), "max_length", 0))  # noqa: SLF001


def test_a_text_is_tried_with_the_longest_that_can_be_stored() -> None:
    longest_of = {
        "customer_name": longest_in(Customer, "name"),
        "trip": longest_in(Trip, "name"),
        "destination": longest_in(Trip, "destination"),
        "reason": longest_in(Booking, "cancel_reason"),
    }
    assert [name for name, length in longest_of.items() if LONGEST[name] < length] == []
    assert longest_in(Traveller, "name") == LONGEST_NAME
    assert LARGEST_PARTY == MAX_PARTY
