"""Two people at the rows of one page: both people's travellers are kept."""

import pytest
from django.contrib.auth.models import User

from tests.desk import desk
from tests.edits import PARTY, names_of, party, row_fields, url_of
from tests.pages import fields_of, opened

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_same_new_traveller_sent_twice_is_one() -> None:
    booking, client = party(), desk(*PARTY)
    form = opened(client, url_of(booking)) | row_fields((0, "Sara")) | {"travellers-TOTAL_FORMS": "1"}
    assert [client.post(url_of(booking), form).status_code for _ in range(2)] == [302, 302]
    assert names_of(booking) == ["Sara"]


def test_two_travellers_of_one_name_are_two() -> None:
    booking, client = party(), desk(*PARTY)
    form = opened(client, url_of(booking)) | row_fields((0, "Guest"), (1, "Guest")) | {"travellers-TOTAL_FORMS": "2"}
    assert [client.post(url_of(booking), form).status_code for _ in range(2)] == [302, 302]
    assert names_of(booking) == ["Guest", "Guest"]


def test_travellers_that_two_people_add_are_all_kept_as_far_as_the_party_goes() -> None:
    booking = party("Abel", size=3)
    sara, dawit = desk(*PARTY), desk(*PARTY)
    hers, his = opened(sara, url_of(booking)), opened(dawit, url_of(booking))
    hers |= row_fields((1, "Bruk")) | {"travellers-TOTAL_FORMS": "2"}
    his |= row_fields((1, "Chaltu"), (2, "Desta")) | {"travellers-TOTAL_FORMS": "3"}
    assert sara.post(url_of(booking), hers).status_code == 302
    response = dawit.post(url_of(booking), his)
    assert "4 travellers are named for a party of 3." in response.content.decode()
    again = fields_of(response)
    assert [again[f"travellers-{n}-name"] for n in range(4)] == [["Abel"], ["Bruk"], ["Chaltu"], ["Desta"]]
    assert (
        dawit.post(url_of(booking), again | {"travellers-3-name": "", "travellers-3-category": "adult"}).status_code
        == 302
    )
    assert names_of(booking) == ["Abel", "Bruk", "Chaltu"]


def test_a_row_that_both_changed_asks_and_others_are_merged() -> None:
    booking = party("Abel", "Bruk")
    sara, dawit = desk(*PARTY), desk(*PARTY)
    hers, his = opened(sara, url_of(booking)), opened(dawit, url_of(booking))
    sara.post(url_of(booking), hers | {"travellers-0-name": "Abel T", "travellers-1-notes": "Vegan"})
    response = dawit.post(url_of(booking), his | {"travellers-0-name": "Abel G", "travellers-1-name": "Bruk W"})
    [conflict] = response.context["conflicts"]
    assert (conflict.label, conflict.theirs, conflict.mine) == (
        f"Name of {booking.travellers.earliest('pk')}",
        "“Abel T”",
        "“Abel G”",
    )
    assert list(booking.travellers.order_by("pk").values_list("name", "notes")) == [("Abel T", ""), ("Bruk", "Vegan")]
    dawit.post(url_of(booking), fields_of(response) | {conflict.answer: "theirs"})
    assert list(booking.travellers.order_by("pk").values_list("name", "notes")) == [
        ("Abel T", ""),
        ("Bruk W", "Vegan"),
    ]


@pytest.mark.parametrize(("answer", "left"), [("mine", ["Bruk", "Abel T"]), ("theirs", ["Bruk"])])
def test_a_row_that_was_removed_meanwhile_is_asked_about(answer: str, left: list[str]) -> None:
    booking = party("Abel", "Bruk")
    sara, dawit = desk(*PARTY), desk(*PARTY)
    User.objects.filter(pk=sara.session["_auth_user_id"]).update(last_name="Clerk")
    hers, his = opened(sara, url_of(booking)), opened(dawit, url_of(booking))
    assert sara.post(url_of(booking), hers | {"travellers-0-DELETE": "on"}).status_code == 302
    response = dawit.post(url_of(booking), his | {"travellers-0-name": "Abel T"})
    [conflict] = response.context["conflicts"]
    assert conflict.said.startswith("Sara Clerk removed this row at ")
    assert names_of(booking) == ["Bruk"]
    unanswered = dawit.post(url_of(booking), fields_of(response))
    assert unanswered.status_code == 200
    assert dawit.post(url_of(booking), fields_of(unanswered) | {conflict.answer: answer}).status_code == 302
    assert names_of(booking) == left


def test_a_row_that_was_removed_and_not_touched_stays_removed() -> None:
    booking = party("Abel", "Bruk")
    client = desk(*PARTY)
    form = opened(client, url_of(booking))
    booking.travellers.filter(name="Abel").delete()
    assert client.post(url_of(booking), form | {"travellers-1-name": "Bruk W"}).status_code == 302
    assert names_of(booking) == ["Bruk W"]


@pytest.mark.parametrize(("answer", "left"), [("mine", ["Bruk"]), ("theirs", ["Abel T", "Bruk"])])
def test_removing_what_somebody_changed_asks(answer: str, left: list[str]) -> None:
    booking = party("Abel", "Bruk")
    client = desk(*PARTY)
    form = opened(client, url_of(booking))
    booking.travellers.filter(name="Abel").update(name="Abel T")
    response = client.post(url_of(booking), form | {"travellers-0-DELETE": "on"})
    [conflict] = response.context["conflicts"]
    assert names_of(booking) == ["Abel T", "Bruk"]
    assert client.post(url_of(booking), fields_of(response) | {conflict.answer: answer}).status_code == 302
    assert names_of(booking) == left
