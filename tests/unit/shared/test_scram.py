from __future__ import annotations

import pytest

from desktop.models.shared import scram
from tests.support.postgres import Server


def test_a_verifier_has_at_least_a_hundred_thousand_iterations_and_not_the_password() -> None:
    made = scram.verifier("correct horse 7")
    assert int(made.split("$")[1].split(":")[0]) >= 100_000
    assert "correct" not in made
    assert made != scram.verifier("correct horse 7")


def test_the_verifier_of_the_standard_s_example() -> None:
    from base64 import b64decode

    # RFC 7677, section 3: user "user", password "pencil".
    made = scram.verifier("pencil", iterations=4096, salt=b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
    assert made == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )


@pytest.mark.parametrize(
    "password",
    [
        "correct horse 7",
        "пароль 123",
        "ﬁne pass word",
        "Ⅸ roman nine",
        "soft­hyphen1",
        "nul l\u0340 x",
        "אבגדהוזח",
        "mixed אבג 12",
        "😀 smiles 1",
    ],
)
def test_the_server_takes_the_password_that_the_verifier_was_made_of(server: Server, password: str) -> None:
    role = f"mc_{abs(hash(password)) % 10**12:024d}"
    with server.owner() as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{scram.verifier(password, iterations=10)}'")
        try:
            server.connect(role, scram.prepared(password), "postgres").close()
            salt = owner.execute(
                "SELECT split_part(split_part(rolpassword, '$', 2), ':', 2) FROM pg_authid WHERE rolname = %s", [role]
            ).fetchone()[0]
            client, key = scram.keys(password, salt, 10)
            server.connect(role, "", "postgres", scram_client_key=client, scram_server_key=key).close()
        finally:
            owner.execute(f"DROP ROLE {role}")
