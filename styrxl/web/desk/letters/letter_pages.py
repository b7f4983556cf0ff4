"""The pages and actions on letters."""

from __future__ import annotations

from styrxl.web.desk.letters import mail_check, mail_page, send_mail

PAGES = (mail_page,)
ACTIONS = (send_mail.SEND_MAIL, mail_check.MAIL_CHECK)
