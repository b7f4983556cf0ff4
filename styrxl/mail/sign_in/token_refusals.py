"""What it means that Entra gives no token, so that it is told at once and in words that IT can act on."""

from __future__ import annotations

import re

# What Entra answers (its codes are documented), and what it stands for.
_REFUSALS = (
    (r"AADSTS(7000215)\b", "mail-secret-wrong"),
    (r"AADSTS(7000222)\b", "mail-secret-ended"),
    (r"AADSTS(700027|700024|5002738)\b", "mail-certificate-unknown"),
    (r"AADSTS(7000218)\b", "mail-app-not-public"),
    (r"AADSTS(700016|7000112|7000229|500011)\b", "mail-app-unknown"),
    (r"AADSTS(90002|900023|50059|900144)\b", "mail-tenant-unknown"),
    (r"AADSTS(65001|65004|650057|90094|650053)\b", "mail-consent-missing"),
    (r"AADSTS(53\d{3,4}|50105|50126|50034|50053|50057)\b", "mail-sign-in-policy"),
    (r"AADSTS(50173|700082|700084|70008|70043|50076|50078|50079|50158|500133)\b", "mail-person-not-signed-in"),
    (r"interaction_required|login_required|invalid_grant", "mail-person-not-signed-in"),
)


def find_token_refusal(why: str) -> str:
    """Return the error that the answer of who gives tokens stands for."""
    return next((code for pattern, code in _REFUSALS if re.search(pattern, why)), "mail-token-refused")
