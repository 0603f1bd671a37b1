from __future__ import annotations

import pytest

from desktop.models.shared import urls
from desktop.terms.errors import BadInput


def test_a_server_far_away_is_asked_with_its_certificate_checked_in_full() -> None:
    found = urls.parse("postgresql://db.example.org/ledger").keywords()
    assert found["sslmode"] == "verify-full"
    assert found["sslrootcert"] == "system"
    assert found["channel_binding"] == "require"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "%2Fvar%2Frun%2Fpostgresql", "127.9.9.9"])
def test_this_machine_needs_no_certificate(host: str) -> None:
    found = urls.parse(f"postgresql://{host}:5433/ledger")
    assert found.sslmode == "prefer"
    assert found.port == 5433
    assert "channel_binding" not in found.keywords()


def test_a_pooler_is_not_asked_for_channel_binding() -> None:
    assert "channel_binding" not in urls.parse("postgresql://db.example.org/ledger?pooler=yes").keywords()


def test_the_ledger_is_called_like_its_database_unless_the_url_says_otherwise() -> None:
    assert urls.parse("postgres://db.example.org/ledger").ledger_name == "ledger"
    assert urls.parse("postgres://db.example.org/copy?ledger=ledger").ledger_name == "ledger"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ann:secret@db.example.org/ledger", "password"),
        ("postgresql://db.example.org/ledger?password=secret", "password"),
        ("postgresql://db.example.org/ledger?sslmode=require", "sslmode"),
        ("postgresql://db.example.org/ledger?sslmode=verify-ca", "sslmode"),
        ("postgresql://192.168.0.7/ledger?sslmode=disable", "sslmode"),
        ("postgresql://db.example.org/ledger?sslmode=secret", "sslmode"),
        ("postgresql://db.example.org/ledger?options=-csecret", "options"),
        ("postgresql://db.example.org/ledger?ledger=a&ledger=b", "once"),
        ("postgresql://db.example.org/ledger?pooler=perhaps", "yes or no"),
        ("postgresql://db.example.org/", "database"),
        ("postgresql://db.example.org", "database"),
        ("postgresql:///ledger", "host"),
        ("postgresql://a.example.org,b.example.org/ledger", "one host"),
        ("postgresql://a.example.org/ledger?host=b.example.org", "two hosts"),
        ("postgresql://db.example.org:99999/ledger", "address"),
        ("postgresql://db.example.org/ledger?port=0", "port"),
        ("postgresql://db.example.org/ledger#part", "one database"),
        ("mysql://db.example.org/ledger", "postgresql://"),
        ("postgresql://[::1/ledger", "address"),
    ],
)
def test_what_is_refused_is_said_without_its_secret(url: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        urls.parse(url)
    assert said in refused.value.message
    assert "secret" not in refused.value.message.replace("sslmode=secret", "")


def test_a_role_shows_no_email_and_is_one_for_all_ways_to_type_it() -> None:
    role = urls.role_name("ledger", "Ann@Example.org ")
    assert role == urls.role_name("ledger", "ann@example.org")
    assert role != urls.role_name("other", "ann@example.org")
    assert len(role) == 27
    assert "ann" not in role
    assert urls.role_name("ledger", "b" * 240 + "@example.org") != urls.role_name("ledger", "b" * 241 + "@example.org")


def test_only_a_server_is_one() -> None:
    assert urls.is_server("PostgreSQL://db.example.org/ledger")
    assert not urls.is_server("sqlite:///ledger.db")
    assert not urls.is_server("/var/lib/ledger.db")
