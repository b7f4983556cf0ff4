"""Mails that are broken, or only look so: for tests and for the benchmark."""

from __future__ import annotations


def deep(levels: int) -> bytes:
    """Return a mail of parts in each other."""
    heads = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels))
    return b"From: ost@example.se\r\n" + heads + b"Content-Type: text/plain\r\n\r\nHej\r\n"


MIXED = b"From: ost@example.se\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
NO_CHARSET = b"From: ost@example.se\r\nSubject: =?x-okand?q?Plan?=\r\nContent-Type: text/plain; charset=x-okand\r\n\r\n\xff\r\n"
BROKEN: list[tuple[str, bytes, str]] = [
    ("NUL in a type", MIXED.replace(b"multipart", b"multi\0part") + b"--b\r\n\r\nHej\r\n--b--\r\n", "damaged"),
    ("parts that are none", MIXED + b"Hej\r\n", "damaged"),
    ("no boundary", MIXED.replace(b"; boundary=b", b"") + b"Hej\r\n", "damaged"),
    ("sixty levels", deep(60), "nested"),
    ("a thousand levels", deep(1000), "nested"),
    ("a hundred thousand parts", MIXED + b"--b\r\n" * 100_000, "damaged"),
    ("a hundred thousand headers", b"From: ost@example.se\r\n" + b"X: y\r\n" * 100_000 + b"\r\nHej\r\n", "damaged"),
    ("a hundred thousand blocks", MIXED + b"--b\r\nContent-Type: message/delivery-status\r\n" + b"X: y\r\n\r\n" * 100_000, "damaged"),
]
FINE: list[tuple[str, bytes]] = [
    ("a character set that is none", NO_CHARSET),
    ("a subject that cannot be decoded", b"From: ost@example.se\r\nSubject: =?utf-8?b?YWJjZGVmZ?= =?utf-8?b?w?=\r\n\r\nHej\r\n"),
    ("a character set with a NUL", b'From: ost@example.se\r\nContent-Type: text/plain; charset="x\0y"\r\n\r\n\xff\r\n'),
    ("NUL in a subject", b"From: ost@example.se\r\nSubject: Pl\0an\r\n\r\nHej\r\n"),
    ("no headers", b"Hej\r\n"),
    ("nothing", b""),
    ("a date that is none", b"From: ost@example.se\r\nDate: Mon, 32 Feb 9999 25:61:00 +9900\r\n\r\nHej\r\n"),
    ("a type of one word", b"From: ost@example.se\r\nContent-Type: text\r\n\r\nHej\r\n"),
    ("a header of a megabyte", b"From: ost@example.se\r\nTo: " + b"(a" * 500_000 + b"\r\n\r\nHej\r\n"),
]
