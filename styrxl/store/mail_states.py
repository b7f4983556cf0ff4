"""What the ledger says of a mail: its kind, its state, and what came of it; words alone, known without opening the ledger."""

from __future__ import annotations

# The kinds of letters that the ledger itself is asked about.
TEMPLATES, ANSWER, NOTICE, REMINDER, SUMMARY = "templates", "answer", "notice", "reminder", "summary"
BY_MAIL = "mail:"  # origin of a receipt, before the sender's address

# States of a mail: in flight, sent, put off, refused, or sent to a tester instead of its recipients.
SENDING, SENT, WAITING, REFUSED, REDIRECTED = "sending", "sent", "waiting", "refused", "redirected"
NO_DOUBT, IN_DOUBT, TOLD = 0, 1, 2  # whether a mail may have come twice, and whether the controller has been told
NEW, UNSURE = "new", "unsure"  # what is known of a mail that is begun, besides SENT: nothing, or that it was in flight before

# Outcomes of a part of a message: a workbook in the inbox, in quarantine, let in from there, sent away from there; a message without one,
# one that needs no answer, and one that could not be read.
TAKEN, HELD, RELEASED, DISCARDED = "taken", "held", "released", "discarded"
NOTED, IGNORED, ASIDE = "noted", "ignored", "aside"
PERSON = "mail"  # the kind of a message that a person wrote
# Reasons: a mail of ours did not arrive; a message is not from its sender; nobody has filled in the workbook that lies beside another.
BOUNCE, FORGED, ORIGINAL = "bounce", "forged", "original"
