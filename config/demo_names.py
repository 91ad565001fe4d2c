"""Names, trips and words of the demonstration's tour operator."""

# code, name, destination, price in ETB a person, capacity, hours, local hour of the start
TRIPS = (
    ("LAL", "Lalibela rock churches", "Lalibela", 14500, 16, 56, 7),
    ("SIM", "Simien Mountains trek", "Simien Mountains", 21900, 12, 80, 6),
    ("DAN", "Danakil depression", "Afar", 32500, 10, 74, 5),
    ("OMO", "Omo Valley and its peoples", "Jinka", 28400, 12, 104, 6),
    ("TAN", "Lake Tana monasteries", "Bahir Dar", 6200, 20, 10, 8),
    ("ADD", "Addis Ababa on foot", "Addis Ababa", 1800, 18, 5, 9),
    ("BAL", "Bale Mountains and the wolves", "Bale Mountains", 18700, 12, 56, 6),
    ("HAR", "Harar, city of gates", "Harar", 9900, 14, 32, 7),
)
FIRST_NAMES = [
    "Almaz",
    "Yonas",
    "Selam",
    "Bekele",
    "Hanna",
    "Dawit",
    "Liya",
    "Tesfaye",
    "Meron",
    "Abebe",
    "አበበ",
    "ሰላም",
    "Fatima",
    "خالد",
    "Søren",
    "Anna",
    "Müller",
    "Inês",
    "Jürgen",
    "Chloé",
    "李",
]
LAST_NAMES = [
    "Tesfaye",
    "Bekele",
    "Gebre",
    "Haile",
    "ተስፋዬ",
    "Wolde",
    "Negash",
    "O'Brien",
    "García",
    "Kowalski",
    "Novák",
    "Janssen",
    "حسن",
    "Dubois",
    "Rossi",
    "王",
    "Smith",
    "Andersson",
]
COUNTRIES = ["ET", "ET", "ET", "DE", "FR", "GB", "US", "IT", "NL", "PT", "CN", "KE", "AE"]
NOTES = (
    "",
    "",
    "",
    "Vegetarian",
    "Late arrival, after 21:00",
    "Wheelchair; needs a ramp",
    "Two rooms, one cot",
    "የልደት ቀን",
)
REASONS = ("Fell ill", "Visa not granted", "Flight cancelled", "Changed plans")
