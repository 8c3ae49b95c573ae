"""What the made-up servicedesk calls things: its queues, statuses, fields and categories."""

from dataclasses import dataclass

from collector.demo.organisation import SITES

SERVICEDESK = "Servicedesk"
CLIENTS, NETWORK, SERVERS, SYSTEMS = (
    "Klienter",
    "Nät och telefoni",
    "Server och drift",
    "Verksamhetssystem",
)
SECOND_LINE = (CLIENTS, NETWORK, SERVERS, SYSTEMS)
QUEUES = (SERVICEDESK, *SECOND_LINE)

NEW, OPEN, STALLED, RESOLVED, REJECTED = "new", "open", "stalled", "resolved", "rejected"
"""Request Tracker's own; stalled is waiting for the user."""
SCHEDULED, SUPPLIER = "planerad", "leverantor"
"""Two that the made-up organisation has added."""

TYPE, SITE, CATEGORY, CHANNEL, PRIORITY = "Ärendetyp", "Kommun", "Kategori", "Kanal", "Prioritet"
RATING, RATED, CHANGE, REPORT = "Betyg", "Betygsatt", "Orsakad av ändring", "Driftstörningsrapport"
LEFT_OUT = "Räknas inte"
FIELDS = (TYPE, SITE, CATEGORY, CHANNEL, PRIORITY, RATING, RATED, CHANGE, REPORT, LEFT_OUT)
"""The custom fields."""

MAJOR = "1 Kritisk"
PRIORITIES = {MAJOR: 1, "2 Hög": 9, "3 Normal": 70, "4 Låg": 20}
"""How many of a hundred cases have each."""

SITE_SHARES = dict(zip(SITES.values(), (20, 15, 27, 38), strict=True))
"""How many of a hundred cases come from each."""

INCIDENT, REQUEST, CHANGED, QUESTION = "Incident", "Tjänsteförfrågan", "Ändring", "Fråga"
"""Types; nobody has told Driftkoll what a question is."""
SPAM, TEST, DUPLICATE, MONITORING = "skräppost", "test", "dubblett", "övervakning"
"""Why a case does not count."""


@dataclass(frozen=True, slots=True)
class Category:
    """What cases are about: how many of a hundred are, how many of these are incidents, how often
    the servicedesk resolves one, and who does else; `ordered` is how often a request is for a
    later day."""

    name: str
    share: float
    incidents: float
    desk: float
    queue: str
    ordered: float = 0.0


CATEGORIES = (
    Category("Lösenord och konto", 17, 0.7, 0.93, SERVERS),
    Category("Behörigheter", 12, 0.05, 0.58, SYSTEMS, 0.1),
    Category("Dator och tillbehör", 14, 0.6, 0.66, CLIENTS, 0.15),
    Category("Ny dator eller mobil", 9, 0.0, 0.38, CLIENTS, 0.45),
    Category("Ny eller avslutad anställning", 6, 0.0, 0.7, SERVERS, 0.6),
    Category("Utskrift", 8, 0.85, 0.72, CLIENTS),
    Category("E-post och kalender", 8, 0.65, 0.8, SERVERS),
    Category("Wifi och nätverk", 8, 0.9, 0.42, NETWORK),
    Category("Telefoni och växel", 6, 0.6, 0.48, NETWORK, 0.05),
    Category("Skolans lärplattform", 5, 0.6, 0.5, SYSTEMS),
    Category("System för vård och omsorg", 4, 0.7, 0.3, SYSTEMS),
    Category("Ekonomi- och lönesystem", 3, 0.6, 0.35, SYSTEMS),
)
