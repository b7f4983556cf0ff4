"""What an SMTP server's refusal means that stands in the way of every mail, so that it is told at once and in words that IT can act on."""

from __future__ import annotations

import re

# What is looked for in a server's answer, in this order, and the error in the catalogue that says what to do.
_REFUSALS = (
    (r"5\.7\.139\b.*(SmtpClientAuthentication is disabled|SMTP AUTH.*disabled)", "mail-smtp-auth-off"),
    (r"5\.7\.30\b|5\.7\.139\b.*basic auth", "mail-password-not-taken"),
    (r"5\.7\.139\b", "mail-sign-in-criteria"),
    (r"5\.2\.252\b|5\.7\.60\b|SendAsDenied", "mail-send-as"),
    (r"5\.7\.57\b|5\.7\.0 .*(authentication required|must issue)|client was not authenticated", "mail-not-signed-in"),
    (r"5\.7\.54\b|5\.7\.64\b|unable to relay|relay(ing)? (access )?denied|relay not permitted", "mail-relay-denied"),
)


def find_smtp_refusal(reply: str) -> str | None:
    """Return the error that an SMTP server's answer of 5xx stands for, or None where it concerns one mail alone."""
    return next((code for pattern, code in _REFUSALS if re.search(pattern, reply, re.IGNORECASE)), None)
