"""Signing in and out in a real browser, which sends what browsers send and refuses what they refuse."""

from __future__ import annotations

from chromium import Chromium
from ports import free_port
from post_office import Certificates
from running_site import fork_site, set_up
from sign_in_office import CLIENT_ID, SECRET, open_sign_in_office
from styrxl.web.serve.sign_in import SECRET as SECRET_NAME
from town import Town


def test_one_signs_in_out_and_in_again_without_a_role(planned: Town, made: Certificates, chromium: Chromium) -> None:
    port = free_port()
    with open_sign_in_office(made) as office:
        set_up(planned, f'[server]\nlisten = "127.0.0.1:{port}"\naddress = "http://127.0.0.1:{port}"\n')
        set_up(planned, f'[server.sign_in]\nissuer = "{office.issuer}"\nclient_id = "{CLIENT_ID}"\nca_file = "{made.authority}"\n')
        set_up(planned, '[[server.people]]\nwho = "controllers"\n')
        office.person = {**office.person, "roles": ["controllers"]}
        with fork_site(planned, **{SECRET_NAME: SECRET}) as site, chromium.open_context(trusts_all=True) as browser:
            page = browser.new_page()
            page.goto(site.origin)
            page.click("a.button")
            page.wait_for_selector("header .who")
            assert page.url == f"{site.origin}/"
            page.click("header .who button")
            page.wait_for_url(f"{site.origin}/sign-in/closed?out=1")  # by way of where people sign out
            assert "/tenant/logout" in office.asked
            page.goto(site.origin)
            assert page.title().startswith("Logga in")
            office.person = {**office.person, "roles": []}
            page.click("a.button")
            page.wait_for_url(f"{site.origin}/mine")
            assert "har ingen roll här" in page.inner_text("main")
