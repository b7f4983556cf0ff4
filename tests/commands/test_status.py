"""What ``status`` prints."""

from __future__ import annotations

import json

from town import ROUND, Town


def test_what_is_not_judged_yet_is_said_to_be_just_that(planned: Town) -> None:
    """Whose it is has not been asked yet; what nobody can be told apart by is named once it has."""
    planned.run("validate", "--round", ROUND)
    planned.put("UBN-ÅBY.xlsx", planned.filled("UBN-ÅBY"))
    planned.put("okänd.xlsx", b"PK", 1)
    told = planned.run("status", ROUND).stdout
    assert "2 filer är inte granskade än. Granska: styrxl validate --round 2027-plan" in told
    assert "knytas" not in told
    listed = json.loads(planned.run("status", ROUND, "--format", "json").stdout)
    assert (listed["unplaced"], listed["unjudged"]) == ([], ["inbox/2027-plan/UBN-ÅBY.xlsx", "inbox/2027-plan/okänd.xlsx"])

    planned.run("validate", "--round", ROUND, expect=1)
    told = planned.run("status", ROUND).stdout
    assert "Filer som inte kunde knytas till någon: inbox/2027-plan/okänd.xlsx" in told
    assert "granskad" not in told

    planned.run("set-aside", ROUND, "okänd.xlsx", "--reason", "Inte ett svar")
    assert "knytas" not in planned.run("status", ROUND).stdout, "it has been decided on"
