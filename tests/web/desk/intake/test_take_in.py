"""Files are taken in by the desk as by the terminal: seen first, then taken in and judged."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from desk_visitor import ORIGIN, Visitor, visit_desk
from long_runs import long_run
from mail_town import answer_to
from town import BOARDS, ROUND, Town, lost

PAGE = f"/rounds/{ROUND}/take-in"
Uploads = list[tuple[str, bytes]]


@pytest.fixture
def town(asked: Town) -> Town:
    """Give a town whose boards have their workbooks."""
    return asked


@pytest.fixture
def visitor(town: Town) -> Iterator[Visitor]:
    """Open its desk."""
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        yield visitor


def send(visitor: Visitor, files: Uploads, **fields: str) -> tuple[str, str]:
    """Choose files and send them; return the address and the page that says what will come of them."""
    mark = re.findall(r'name="form_mark" value="([^"]*)"', visitor.get(PAGE))[0]
    answer = visitor.post(PAGE, {"form_mark": mark, **fields}, [("files", (name, data)) for name, data in files])
    return f"{answer.url.path}?{answer.url.query.decode()}", answer.text


def list_inbox(town: Town) -> list[str]:
    return sorted(path.name for path in town.inbox.iterdir()) if town.inbox.is_dir() else []


def is_clean(town: Town) -> bool:
    """Whether nothing that was uploaded is left."""
    return not [path for path in (town.root / ".styrxl-cache").rglob("desk-uploads/*/*") if path.is_file()]


def test_what_will_come_of_files_is_said_and_nothing_done(visitor: Visitor, town: Town) -> None:
    other = lost(town.filled("KFN"))
    _, page = send(visitor, [("svar.xlsx", town.filled("UBN")), ("kfn.xlsx", other), ("~$svar.xlsx", b"lock"), ("x.url", b"[x]")])
    assert "2 filer tas emot, 1 hoppas över, 1 tas inte emot." in page
    assert "Tas emot för UBN, Utbildningsnämnden" in page
    assert "Den säger inte vems den är" in page
    assert "Tas inte emot: den är bara en länk" in page
    assert list_inbox(town) == []


def test_the_button_takes_in_and_judges(visitor: Visitor, town: Town) -> None:
    address, _ = send(visitor, [("svar.xlsx", town.filled("UBN")), ("tom.xlsx", town.issued("KFN"))])
    done = visitor.press(address)
    assert "2 filer togs emot." in done
    assert "Det som kom nu till Plan 2027: 1 Klar, 1 Behöver kompletteras." in done
    assert "KFN_" in done  # named for its owner, with the way to it
    assert re.search(r'href="/rounds/2027-plan/returns/KFN_[0-9-]+\.xlsx"', done)
    assert [name.partition("_")[0] for name in list_inbox(town)] == ["KFN", "UBN"]
    assert is_clean(town)
    status = town.run("status", ROUND, expect=None).output
    assert "Klar" in status
    assert "svar.xlsx" in town.run("log", ROUND).output  # what it was called, not where it was put aside


def test_one_that_is_there_already_is_not_taken_in_again(visitor: Visitor, town: Town) -> None:
    first, _ = send(visitor, [("a.xlsx", town.filled("UBN"))])
    second, page = send(visitor, [("b.xlsx", town.filled("UBN"))])  # in another window
    assert "1 fil tas emot" in page
    visitor.press(first)
    page = visitor.get(second)
    assert "Finns redan som inbox/2027-plan/UBN_" in page
    assert "inget nytt att ta emot" in page
    assert len(list_inbox(town)) == 1


def test_two_windows_that_press_at_once_take_it_in_once(visitor: Visitor, town: Town) -> None:
    addresses = [send(visitor, [(f"{n}.xlsx", town.filled("UBN"))])[0] for n in range(2)]
    pages = [visitor.get(address) for address in addresses]
    for address, page in zip(addresses, pages, strict=True):
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page))
        answer = visitor.post(address.partition("?")[0], hidden)
        if answer.url.path.startswith("/tasks/"):
            last = visitor.wait(answer.url.path)
        else:
            assert answer.status_code == 409  # seen to have changed before it began
            last = answer.text
    assert len(list_inbox(town)) == 1
    assert "Något har ändrats" in last


def test_the_desk_killed_in_between_leaves_what_was_put_aside(town: Town) -> None:
    now = datetime.now(UTC)
    with visit_desk(town.root, now) as visitor:
        address, _ = send(visitor, [("svar.xlsx", town.filled("UBN"))])
    with visit_desk(town.root, now) as visitor:
        assert "Uppladdat som väntar på dig" in visitor.get(PAGE)
        assert "1 fil togs emot" in visitor.press(address)
        assert "redan mottagna eller borttagna" in visitor.get(address)


def test_what_waits_can_be_thrown_away(visitor: Visitor, town: Town) -> None:
    address, _ = send(visitor, [("svar.xlsx", town.filled("UBN"))])
    mark = re.findall(r'name="form_mark" value="([^"]*)"', visitor.get(PAGE))[0]
    page = visitor.post(PAGE, {"form_mark": mark, "drop": address.partition("=")[2]}).text
    assert "väntar på dig" not in page
    assert is_clean(town)
    assert list_inbox(town) == []


def test_an_archive_is_opened(visitor: Visitor, town: Town) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for owner in BOARDS:
            archive.writestr(f"../{owner}/svar.xlsx", town.filled(owner))
    address, page = send(visitor, [("svar.zip", data.getvalue())])
    assert "svar.zip/../UBN/svar.xlsx" in page
    assert "Det som kom nu till Plan 2027: 2 Klar." in visitor.press(address)
    assert len(list_inbox(town)) == 2


def test_of_two_that_come_together_the_one_changed_last_counts(visitor: Visitor, town: Town) -> None:
    now = datetime.now(UTC).timestamp()
    files = [("ny.xlsx", town.filled("UBN")), ("gammal.xlsx", town.issued("UBN"))]
    address, _ = send(visitor, files, changed=f"{int(now - 60) * 1000},{int(now - 600) * 1000}")
    done = visitor.press(address)
    assert "1 Klar" in done
    assert "svar som är klart" not in town.run("status", ROUND, expect=None).output
    log = town.run("log", ROUND).output
    assert log.index("gammal.xlsx") < log.index("ny.xlsx")


def test_nothing_chosen_is_said(visitor: Visitor) -> None:
    mark = re.findall(r'name="form_mark" value="([^"]*)"', visitor.get(PAGE))[0]
    answer = visitor.post(PAGE, {"form_mark": mark}, [("files", ("", b""))])
    assert answer.status_code == 422
    assert "Välj minst en fil först" in answer.text


def test_strange_names_are_shown_as_they_are_and_do_nothing(visitor: Visitor, town: Town) -> None:
    names = ["<script>alert(1)</script>.xlsx", "..\\..\\x.xlsx", "CON.xlsx", "ö" * 250 + ".xlsx", "\u202exslx.exe", "a'\"b.xlsx"]
    address, page = send(visitor, [(name, f"not a workbook {n}".encode()) for n, name in enumerate(names)])
    assert "<script>alert" not in page
    assert "\u202e" not in page
    visitor.press(address)
    assert len(list_inbox(town)) == len(names)
    assert all(path.parent == town.inbox for path in town.root.rglob("*not*"))
    assert not any(".." in name or "<" in name or name.upper().startswith("CON.") for name in list_inbox(town))


def test_mails_that_were_saved_are_taken_in_as_the_terminal_does(mail_asked: Town) -> None:
    town = mail_asked
    good = answer_to(_ask(), "ubn@example.se", {"UBN.xlsx": town.filled("UBN")})
    bad = answer_to(_ask(), "okand@example.org", {"KFN.xlsx": town.filled("KFN")})
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        address, page = send(visitor, [("svar.eml", good.as_bytes()), ("konstigt.eml", bad.as_bytes())])
        assert "2 mejl läses" in page
        assert "ubn@example.se · UBN.xlsx · mottagen" in page
        assert "okand@example.org · KFN.xlsx · väntar i karantän" in page
        assert list_inbox(town) == []
        done = visitor.press(address)
        assert "Mottagna: 1. I karantän: 1." in done
        assert 'href="/quarantine"' in done
        assert "Det som kom nu till Plan 2027: 1 Klar." in done
        assert "1 väntar i karantän" in visitor.get(PAGE)


def _ask() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Message-ID"], message["Subject"] = "plan@example.se", "<ask@example.se>", "Plan 2027"
    return message


def test_files_put_there_by_hand_are_judged_by_a_button(visitor: Visitor, town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    assert "1 arbetsbok ligger i inkorgen. 1 av dem är inte granskad än." in visitor.get(PAGE)
    done = visitor.press(f"/rounds/{ROUND}/do/judge")
    assert "I inkorgen för Plan 2027 ligger 1 arbetsbok: 1 Klar." in done
    assert "Allt är granskat" in visitor.get(PAGE)


def test_what_belongs_to_another_round_goes_there(town: Town) -> None:
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        page = visitor.get("/rounds/2027-t1/take-in")
        mark = re.findall(r'name="form_mark" value="([^"]*)"', page)[0]
        answer = visitor.post("/rounds/2027-t1/take-in", {"form_mark": mark}, [("files", ("UBN.xlsx", town.filled("UBN")))])
        assert "Tas emot i Plan 2027, dit den hör, för UBN, Utbildningsnämnden" in answer.text
        done = visitor.press(f"{answer.url.path}?{answer.url.query.decode()}")
        assert "1 av dem i en annan omgång, dit den hör" in done
        assert "I inkorgen för Plan 2027 ligger 1 arbetsbok: 1 Klar." in done
        assert len(list_inbox(town)) == 1


CORPUS = Path(__file__).parents[5] / "shared" / "corpus"
MOST = long_run(6, 100)  # workbooks of others


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_workbooks_of_others_are_taken_in_as_they_are_and_break_nothing(visitor: Visitor, town: Town) -> None:
    paths = sorted((path for path in CORPUS.iterdir() if path.suffix != ".tsv"), key=lambda path: path.stat().st_size)
    files = {path.name: path.read_bytes() for path in paths[:MOST]}
    address, page = send(visitor, [*files.items()])
    n = len(set(files.values()))
    assert page.count("Den säger inte vems den är") == n
    done = visitor.press(address)
    assert f"{n} filer togs emot" in done
    assert sorted(path.read_bytes() for path in town.inbox.iterdir()) == sorted(set(files.values()))
    assert "Klart" in done
    assert is_clean(town)


def test_too_much_at_once_is_refused_and_nothing_is_left(visitor: Visitor, town: Town) -> None:
    mark = re.findall(r'name="form_mark" value="([^"]*)"', visitor.get(PAGE))[0]
    files = [("files", (f"{n}.xlsx", b"x")) for n in range(2_001)]
    answer = visitor.post(PAGE, {"form_mark": mark}, files)
    assert answer.status_code == 400
    assert "Högst 400 MB och 2000 filer går i taget" in answer.text.replace("\u00a0", "").replace("2 000", "2000")
    assert is_clean(town)
    assert list_inbox(town) == []


def test_an_archive_that_would_fill_the_disk_is_not_unpacked(visitor: Visitor, town: Town) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for n in range(20):
            archive.writestr(f"{n}.xlsx", bytes(30_000_000))
    assert len(data.getvalue()) < 1_000_000  # 600 MB of them
    _, page = send(visitor, [("svar.zip", data.getvalue())])
    assert "arkivet håller 20 filer som blir 600 MB uppackade, vilket är orimligt" in page
    assert '<p class="buttons"><button>' not in page
    assert list_inbox(town) == []


def test_too_large_an_upload_is_refused_before_it_is_kept(visitor: Visitor, town: Town) -> None:
    mark = re.findall(r'name="form_mark" value="([^"]*)"', visitor.get(PAGE))[0]
    head = f'--x\r\nContent-Disposition: form-data; name="form_mark"\r\n\r\n{mark}\r\n--x\r\n'
    file = 'Content-Disposition: form-data; name="files"; filename="a.xlsx"\r\n\r\n'
    pieces = itertools.chain([(head + file).encode()], itertools.repeat(bytes(1 << 20), 401))
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    answer = visitor.client.post(PAGE, content=pieces, headers=headers)
    assert answer.status_code == 413
    assert "för mycket på en gång" in answer.text
    assert is_clean(town)


def test_the_same_file_twice_and_a_mail_without_a_date_are_the_same_a_while_later(mail_asked: Town) -> None:
    town = mail_asked
    mail = answer_to(_ask(), "kfn@example.se", {"KFN.xlsx": town.filled("KFN")})
    del mail["Date"]
    now = datetime.now(UTC)
    files = [("a.xlsx", town.filled("UBN")), ("b.xlsx", town.filled("UBN")), ("svar.eml", mail.as_bytes())]
    with visit_desk(town.root, now) as visitor:
        address, page = send(visitor, files)
        assert "Samma fil finns en gång till bland dem du laddade upp" in page
        assert "1 fil tas emot, 1 fanns redan." in page
    with visit_desk(town.root, now + timedelta(seconds=90)) as visitor:
        assert find_mark(visitor.get(address)) == find_mark(page)
        visitor.press(address)
    assert len(list_inbox(town)) == 2


def find_mark(page: str) -> str:
    return page.partition('name="shown" value="')[2].partition('"')[0]
