"""Mails and winmail.dat files with something broken in them, the same for the same number."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

# What breaks parsers: ends and signs of headers, parts, encodings, character sets, dates and lengths.
_TOKENS: Sequence[bytes] = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"--b",
    b"--b--\r\n",
    b";",
    b":",
    b"=?utf-8?q?",
    b"=?x-okand?b?w4U=?=",
    b"=?utf-8?b?w4?=",
    b"?=",
    b'"',
    b"(" * 300,
    b"<" * 300,
    b"*0*=utf-8''%",
    b"; filename*=x''%ff%",
    b"; filename*1=a; filename*0=b",
    b"; charset=x-okand",
    b"; boundary=",
    b'; boundary=""',
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: message/delivery-status\r\n\r\n",
    b"Content-Type: application/ms-tnef\r\n",
    b"Content-Type: \r\n",
    b"Content-Type: a/b/c; =\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Disposition: attachment; filename=plan.xlsx\r\n",
    b"From: ost@example.se\r\n",
    b"Date: Mon, 32 Feb 9999 25:61:00 +9900\r\n",
    b"Received: x; Mon, 1 Jan 0001 00:00:00 -2359\r\n",
    b"Message-ID: <\r\n",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x80",
    b"\x1e\x00\x07\x37",
)


def mutate(seed: bytes, number: int) -> bytes:
    """Return some bytes with one to six things broken."""
    random, data = Random(number), bytearray(seed)  # noqa: S311 -- the same each time
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(data) + 1)
        end = min(len(data), at + random.choice((1, 2, 4, 40, 400)))
        match random.randrange(7):
            case 0:
                del data[at:end]
            case 1:
                data[at:end] = random.randbytes(end - at)
            case 2:
                data[at:at] = random.choice(_TOKENS)
            case 3:
                data[at:at] = data[at:end] * random.choice((1, 3, 50))
            case 4:
                data = data[:at]
            case 5 if at < len(data):
                data[at] ^= 1 << random.randrange(8)
            case _:
                data[at:end] = random.choice(_TOKENS)
    return bytes(data)
