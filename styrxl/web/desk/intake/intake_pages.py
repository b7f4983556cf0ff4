"""The pages and actions on what comes back."""

from __future__ import annotations

from styrxl.web.desk.intake import fetch_mail, judging, quarantine, take_in

PAGES = (take_in, quarantine)
ACTIONS = (take_in.TAKE_IN, judging.JUDGE, fetch_mail.FETCH_MAIL, quarantine.RELEASE, quarantine.DISCARD)
