"""The one address that a mail comes from: where it stands as one, or nowhere."""

from __future__ import annotations

import pytest

from styrxl.mail.incoming.authentication import has_failed
from styrxl.mail.incoming.message import MailRules, read_message
from styrxl.mail.incoming.mime import parse_mail

SENDERS: list[tuple[str, str]] = [
    ("ost@example.se", "ost@example.se"),
    ("<ost@example.se>", "ost@example.se"),
    ("Åsa Öst <ost@example.se>", "ost@example.se"),
    ('"Öst, Åsa" <ost@example.se>', "ost@example.se"),
    ("=?utf-8?q?=C3=96st=2C_=C3=85sa?= <ost@example.se>", "ost@example.se"),
    ("=?utf-8?q?=C3=85sa?=\r\n =?utf-8?q?=C3=96st?=\r\n\t<ost@example.se>", "ost@example.se"),
    ("ost@example.se (Åsa Öst)", "ost@example.se"),
    ("Åsa Öst (rektor) <ost@example.se>", "ost@example.se"),
    ("ost@example.se <ost@example.se>", "ost@example.se"),
    ("Ost@Example.SE", "Ost@example.se"),
    # another's address in the name
    ('"ost@example.se" <ond@annan.example>', "ond@annan.example"),
    ("=?utf-8?q?ost=40example=2Ese?= <ond@annan.example>", "ond@annan.example"),
    ("=?utf-8?q?ost@example.se?= <ond@annan.example>", "ond@annan.example"),
    ('"ost@example.se\\" <x" <ond@annan.example>', "ond@annan.example"),
    ("ost@example.se <ond@annan.example>", ""),
    ("ond@annan.example (<ost@example.se>)", ""),
    ("(ost@example.se) ond@annan.example", ""),
    ("ond@annan.example (a) (ost@example.se)", ""),
    # an address that is none as it stands
    ("=?utf-8?q?ost@example.se?=", ""),
    ("=?utf-8?b?b3N0QGV4YW1wbGUuc2U=?=", ""),
    ("=?utf-8?q?ost?=@example.se", ""),
    ("<=?utf-8?q?ost=40example.se?=>", ""),
    ("\r\n ost@example.se", ""),
    ("ost@example.\r\n se", ""),
    ("Åsa <ost@exam\r\n ple.se>", ""),
    ("ond@annan.example\r\n <ost@example.se>", ""),
    ("grupp: ost@example.se;", ""),
    ("grupp: Åsa <ost@example.se>", ""),
    ("undisclosed-recipients:;", ""),
    ("ost@example.se, ond@annan.example", ""),
    ("ost@example.se; ond@annan.example", ""),
    ("<ost@example.se> <ond@annan.example>", ""),
    ("<ost@example.se>, <ond@annan.example>", ""),
    ("<@annan.example:ost@example.se>", ""),
    ('"ost"@example.se', ""),
    ("ost @example.se", ""),
    ("ost@example.se ond", ""),
    ("ost@[127.0.0.1]", ""),
    ("ost@example", ""),
    ("ost@ond@example.se", ""),
    ('"Åsa <ost@example.se>', ""),
    ("ost@example.se\x00", ""),
    ("ost@exam\u200bple.se", ""),
    ("ost@example.se\u202e", ""),
    ("ost@\uff45xample.se", ""),  # a letter of full width, which IDNA makes a plain one
    ("ost@example\u3002se", ""),  # an ideographic full stop, which IDNA makes a dot
    ("ost@\u017fkola.se", ""),  # a long s
    ("\u043est@example.se", ""),  # a Cyrillic o
    ("ost@\u0435xample.se", "ost@xn--xample-2of.se"),  # a Cyrillic e: another domain
    ("ost@åköping.example.se", "ost@xn--kping-lra4j.example.se"),
    ("ingen", ""),
    ("", ""),
    ("a" * 2000 + "@example.se", ""),
    ("(" * 5000 + "ost@example.se", ""),
]


@pytest.mark.parametrize("head,sender", SENDERS)
def test_the_sender_is_what_stands_as_an_address_in_from(head: str, sender: str) -> None:
    assert read_message(b"From: " + head.encode() + b"\r\nTo: x@example.se\r\n\r\nHej\r\n").sender == sender


@pytest.mark.parametrize(
    "heads",
    [
        b"From: ost@example.se\r\nFrom: ond@annan.example\r\n",
        b"From: ost@example.se\r\nfrom: ost@example.se\r\n",
        b"From : ond@annan.example\r\nFrom: ost@example.se\r\n",
        b"X: y\rFrom: ost@example.se\r\n",
        b"From: ond@annan.example\r\nX: y\rFrom: ost@example.se\r\n",
        b"From: ost@example.se\r\nno header\r\nFrom: ond@annan.example\r\n",
        b"Sender: ost@example.se\r\nReply-To: ost@example.se\r\n",
        b"Resent-From: ost@example.se\r\n",
    ],
)
def test_headers_that_programs_read_differently_give_no_sender(heads: bytes) -> None:
    assert read_message(heads + b"To: x@example.se\r\n\r\nFrom: ost@example.se\r\n").sender == ""


RESULTS: list[tuple[str, str, bool]] = [
    ("mx.example.se", "mx.example.se; spf=pass smtp.mailfrom=x; dkim=none; dmarc=fail (p=reject) header.from=example.se", True),
    ("mx.example.se", "MX.Example.SE 1; dmarc=FAIL", True),
    ("mx.example.se", '"mx.example.se"; dmarc = fail', True),
    ("mx.example.se", "(it was (me)) mx.example.se (dmarc=pass);\r\n dmarc=fail header.from=x", True),
    # What a sender chooses can neither hide the result in a comment nor say one itself.
    ("mx.example.se", 'mx.example.se; spf=pass smtp.mailfrom="(x"@y.example; dmarc=fail (no); dkim=pass header.i="x)"@y.example', True),
    ("mx.example.se", "mx.example.se; spf=pass smtp.mailfrom=(x@y.example; dmarc=fail (p=reject)", True),
    ("mx.example.se", 'mx.example.se; spf=pass reason="; dmarc=fail"', False),
    ("mx.example.se", 'mx.example.se; spf=pass (it said "); dmarc=fail (a " too)', True),
    ("mx.example.se", "mx.example.se; dmarc=pass header.from=example.se", False),
    ("mx.example.se", "mx.example.se; dmarc=pass (not dmarc=fail; dmarc=fail)", False),
    ("mx.example.se", "mx.example.se; spf=fail; dmarc=none", False),
    ("mx.example.se", "mx.example.se; dmarc=failure", False),
    ("mx.example.se", "mx.annan.example; dmarc=fail", False),
    ("mx.example.se", "mx.example.se.annan.example; dmarc=fail", False),
    ("mx.example.se", "spf=pass; dmarc=fail", False),
    ("", "mx.example.se; dmarc=fail", False),
    ("", "; dmarc=fail", False),
    ("m365", "spf=fail smtp.mailfrom=x;dkim=none;dmarc=fail action=quarantine header.from=example.se;compauth=fail reason=000", True),
    ("m365", "spf=pass;dmarc=pass header.from=example.se", False),
    ("m365", "mx.annan.example; dmarc=fail", False),
]


@pytest.mark.parametrize("server,result,failed", RESULTS)
def test_the_word_of_the_trusted_server_alone_is_heeded(server: str, result: str, failed: bool) -> None:  # noqa: FBT001
    data = f"Authentication-Results: {result}\r\nFrom: ost@example.se\r\n\r\n".encode()
    assert read_message(data, MailRules(server=server)).is_forged is failed


def test_what_others_wrote_changes_nothing() -> None:
    """A sender's own header neither takes back what the server says, nor counts for Exchange Online, which writes the first one."""
    ours, forged = b"Authentication-Results: mx.example.se; dmarc=fail\r\n", b"Authentication-Results: mx.example.se; dmarc=pass\r\n"
    assert has_failed(parse_mail(forged + ours + b"\r\n"), "mx.example.se")
    first, later = b"Authentication-Results: spf=pass; dmarc=pass\r\n", b"Authentication-Results: spf=fail; dmarc=fail\r\n"
    assert not has_failed(parse_mail(first + later + b"\r\n"), "m365")
    assert has_failed(parse_mail(later + first + b"\r\n"), "m365")
