"""A receipt's words, in each language of the mails."""

from typing import Final

SPELLED: Final = (
    "Its receipt spells a name in Latin letters where our fonts lack the letters. Look whether it can be read."
)
WORDS: Final[dict[str, dict[str, str]]] = {
    "receipt": {"en": "Receipt {receipt}", "am": "ደረሰኝ {receipt}"},
    "amount": {"en": "Amount received", "am": "የተቀበልነው ገንዘብ"},
    "from": {"en": "Received from", "am": "ከፋይ"},
    "on": {"en": "Received on", "am": "የተከፈለበት ቀን"},
    "method": {"en": "Method", "am": "የክፍያ ዘዴ"},
    "transaction": {"en": "Transaction", "am": "የክፍያ መለያ"},
    "booking": {"en": "Booking", "am": "ቦታ ማስያዣ"},
    "trip": {"en": "Trip", "am": "ጉዞ"},
    "destination": {"en": "Destination", "am": "መዳረሻ"},
    "departure": {"en": "Departure", "am": "መነሻ"},
    "traveller": {"en": "{size} traveller", "am": "{size} ተጓዥ"},
    "travellers": {"en": "{size} travellers", "am": "{size} ተጓዦች"},
    "as_of": {"en": "Booking on {as_of}", "am": "ቦታ ማስያዣው በ{as_of}"},
    "total": {"en": "Total", "am": "ጠቅላላ ዋጋ"},
    "paid": {"en": "Paid so far", "am": "እስካሁን የተከፈለ"},
    "overpaid": {"en": "Overpaid", "am": "ትርፍ ክፍያ"},
    "balance": {"en": "Balance", "am": "ቀሪ ክፍያ"},
    "back": {"en": "Paid back from this payment", "am": "ከዚህ ክፍያ የተመለሰ"},
    "ask": {
        "en": "Questions? Write to {support_email} and give your booking reference {reference}.",
        "am": "ጥያቄ ካለዎት የቦታ ማስያዣ ቁጥርዎን {reference} ጠቅሰው ወደ {support_email} ይጻፉልን።",
    },
}
