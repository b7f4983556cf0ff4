"""What mail programs write first in the subjects of mails that no person wrote. Pure.

It is no proof, and decides about mails alone that carry no workbook and no other mark of a machine.
"""

from __future__ import annotations

import re
from email.message import Message

from styrxl.mail.incoming.mime import read_header, read_headers
from styrxl.store.mail_states import PERSON

_TAGS = re.compile(r"(?:\[[^\]]{1,30}\]\s*|(?:external|extern|ext)\s*:\s*)+", re.IGNORECASE)
# Regular expressions by kind of machine. Those of calendars and receipts end in a colon.
_AUTOMATIC = (
    r"auto(?:mati[csk]\w*)?[ -]?(?:svar|reply|response|antwort|meddelelse)\b",
    r"auto:",
    r"automaattinen (?:vastaus|poissaolo)",
    r"automatisch antwoord",
    r"réponse automatique",
    r"respuesta automática",
    r"out of (?:the )?office",
    r".{1,80}? (?:is|are) (?:currently )?out of (?:the )?office",
    r".{1,80}? är (?:inte på kontoret|frånvarande)",
    r"frånvaro(?:meddelande|besked)",
    r"frånvar(?:ande|o)\s*:",
    r"semestersvar",
    r"(?:message )?recall(?: success| failure)?\s*:",
    r"återkalla(?:t|r|de)?\s*:",
    r"abwesenheits",
    r"fravær",
    r"poissaolo",
)
_CALENDAR = (
    r"accepterat",
    r"accepterad",
    r"accepted",
    r"tentatively accepted",
    r"avböj[td]",
    r"declined",
    r"tentativt?",
    r"tentative",
    r"preliminärt(?: accepterat)?",
    r"inställ[td]",
    r"cancell?ed",
    r"avbokat",
    r"mötesinbjudan",
    r"ny tid föreslagen",
    r"new time proposed",
    r"meeting forward notification",
    r"(?:(?:meddelande|avisering) om )?(?:vidarebefordrat möte|vidarebefordran av (?:ett )?möte)",
    r"mötesvidarebefordran",
)
_RECEIPT = (r"(?:ej |inte )?läst", r"oläst", r"(?:not )?read", r"läskvitto", r"read receipt", r"lesebestätigung")
_REPORT = (
    r"undeliver",
    r"mail delivery (?:failed|failure|subsystem|system)",
    r"delivery (?:status notification|failure|has failed|delayed)",
    r"returned mail",
    r"failure notice",
    r"delayed mail",
    r"successful mail delivery",
    r"warning: (?:message|could not)",
    r"det gick inte att leverera",
    r"leverans(?:en)?(?: är)? (?:fördröjd|försenad|misslyckades)",
    r"leveransstatus",
    r"(?:ej levererbar|olevererba|kunde inte levereras|ej levererat)",
    r"(?:levererat|delivered|relayed)\s*:",
)
_KINDS = (
    (re.compile("|".join(_AUTOMATIC), re.IGNORECASE), "automatic"),
    (re.compile(rf"(?:{'|'.join(_CALENDAR)})\s*:", re.IGNORECASE), "calendar"),
    (re.compile(rf"(?:{'|'.join(_RECEIPT)})\s*:", re.IGNORECASE), "receipt"),
    (re.compile("|".join(_REPORT), re.IGNORECASE), "report"),
)


def find_kind_by_subject(message: Message) -> str:
    """Return what the first words of a subject say that a mail is: PERSON or a kind of machine."""
    if any(re.match(r"\s*no\b", value, re.IGNORECASE) for value in read_headers(message, "Auto-Submitted")):
        return PERSON  # it says so itself
    subject = _TAGS.sub("", read_header(message, "Subject")[:300], count=1).strip()
    return next((kind for pattern, kind in _KINDS if pattern.match(subject)), PERSON)
