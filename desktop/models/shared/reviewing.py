"""Looking a server over: is the ledger there, and are members let in by SCRAM and TLS alone? It changes nothing."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.language.sentences import mark, say
from desktop.models.shared import owner, schema, sources
from desktop.settings.server_urls import ServerUrl

if TYPE_CHECKING:
    import psycopg

_MEMBER = "metercalc_member"
# What the installation made so, and somebody may have changed since: each gives what is wrong, a row a thing.
_RIGHTS = (
    (
        mark("The function {name} can be called by everybody."),
        """SELECT proname FROM pg_proc
        WHERE pronamespace = 'metercalc'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE')""",
    ),
    (
        mark("The table {name} is not kept apart for each person (row-level security)."),
        """SELECT relname FROM pg_class
        WHERE relnamespace = 'metercalc'::regnamespace AND relkind = 'r'
        AND NOT (relrowsecurity AND relforcerowsecurity)""",
    ),
    (
        mark("Members may write the table {name}."),
        """SELECT relname FROM pg_class WHERE relnamespace = 'metercalc'::regnamespace
        AND relkind = 'r' AND has_table_privilege('metercalc_member', oid, 'INSERT, UPDATE, DELETE, TRUNCATE')""",
    ),
    (
        mark("The member {name} has rights on the whole server."),
        """SELECT rolname FROM pg_roles
        WHERE pg_has_role(oid, 'metercalc_member', 'MEMBER') AND rolname ~ '^m[cr]_'
        AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)""",
    ),
    (
        mark("The account {name} has no member's role on the server: put roles back (pg_dumpall --roles-only)."),
        """
        SELECT a.username FROM metercalc.account AS a LEFT JOIN pg_roles AS r ON r.rolname = a.role_name
        WHERE r.oid IS NULL OR NOT pg_has_role(r.oid, 'metercalc_member', 'MEMBER') ORDER BY a.id LIMIT 10""",
    ),
    (
        mark("Everybody may connect with the database {name}."),
        """SELECT current_database()
        WHERE has_database_privilege('public', current_database(), 'CONNECT')""",
    ),
)
_RULES = """SELECT line_number, type, database, user_name, address, netmask, auth_method, error
    FROM pg_hba_file_rules ORDER BY line_number"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of pg_hba.conf as the server reads it."""

    line: int
    type: str
    databases: tuple[str, ...]
    users: tuple[str, ...]
    address: str
    netmask: str
    method: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What was found: `findings` are sentences about what is not sound, none where all is, `advice` about the rest."""

    server: str
    ledger_name: str
    version: int
    wanted: int
    accounts: int
    records: int
    findings: tuple[str, ...]
    advice: tuple[str, ...] = ()


def review(url: ServerUrl, password: str, *, local_is_trusted: bool = False) -> Review:
    """Raises `StoreMissing` where there is no ledger, and what `owner.connected` raises."""
    with owner.connected(url, password) as connection:
        schema.check_age(connection)
        version = schema.require_ledger(connection, url)
        facts = connection.execute(
            """SELECT current_setting('server_version'), (SELECT name FROM metercalc.ledger),
            (SELECT count(*) FROM metercalc.account),
            (SELECT coalesce(sum(seq), 0) FROM metercalc.account), current_setting('ssl'),
            current_setting('synchronous_commit'), current_setting('fsync')"""
        ).fetchone()
        assert facts is not None
        findings = [
            *_settings(url, facts[4], facts[5], facts[6]),
            *_rights(connection),
            *_hba(connection, url, local_is_trusted=local_is_trusted),
        ]
        if version < sources.VERSION:
            findings.append(
                say(
                    "The schema's version is {version} of {wanted}: run metercalc server upgrade.",
                    version=version,
                    wanted=sources.VERSION,
                )
            )
        return Review(
            facts[0], facts[1] or "", version, sources.VERSION, facts[2], int(facts[3]), tuple(findings),
            _advice(connection),
        )  # fmt: skip


def _advice(connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    """Waits after wrong passwords are the server's to make: who guesses asks it, and no program of ours."""
    found = connection.execute("SELECT setting::int FROM pg_settings WHERE name = 'auth_delay.milliseconds'").fetchone()
    if found is not None and found[0] > 0:
        return ()
    return (
        say(
            "A wrong password is answered at once: with shared_preload_libraries = 'auth_delay' and "
            "auth_delay.milliseconds = 500 guessing takes its time."
        ),
    )


def _settings(url: ServerUrl, ssl: str, synchronous_commit: str, fsync: str) -> list[str]:
    found = []
    if ssl != "on" and url.sslmode == "verify-full":
        found.append(say("The server has no TLS (ssl is off)."))
    if fsync != "on":
        found.append(say("fsync is off: the server can lose everything when the power fails."))
    if synchronous_commit == "off":
        found.append(say("synchronous_commit is off by default; charges switch it on, all else can be lost."))
    return found


def _rights(connection: psycopg.Connection[Any]) -> list[str]:
    return [say(sentence, name=row[0]) for sentence, query in _RIGHTS for row in connection.execute(query).fetchall()]


def _hba(connection: psycopg.Connection[Any], url: ServerUrl, *, local_is_trusted: bool) -> list[str]:
    psycopg = owner.library()
    try:
        rows = connection.execute(_RULES).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        return [say("pg_hba.conf cannot be read by this user: ask a superuser to run metercalc server status.")]
    return weak_lines([_rule(*row) for row in rows], url.database, local_is_trusted=local_is_trusted)


def _rule(line: int | None, type: str | None, databases: Any, users: Any, *texts: str | None) -> Rule:
    """A row of `_RULES`; a line that cannot be read has little but its error."""
    return Rule(line or 0, type or "", tuple(databases or ()), tuple(users or ()), *(text or "" for text in texts))


def weak_lines(rules: Sequence[Rule], database: str, *, local_is_trusted: bool = False) -> list[str]:
    """The lines that would let a member in without SCRAM or without TLS, in sentences.

    A line behind one that takes everybody everywhere is never reached. `local_is_trusted` leaves out what only
    reaches this very machine: for a test.
    """
    found, closed = [], set[str]()
    for rule in rules:
        if rule.error:
            found.append(
                say("Line {line} of pg_hba.conf cannot be read by the server: {why}.", line=rule.line, why=rule.error)
            )
            continue
        kinds = _kinds(rule.type) - closed
        if not kinds or not _may_be_member(rule, database):
            continue
        local = rule.type == "local" or _is_loopback(rule)
        if rule.method != "reject" and not (local and local_is_trusted):
            if rule.method != "scram-sha-256":
                found.append(
                    say(
                        "Line {line} of pg_hba.conf lets members in by {method}. Make it scram-sha-256.",
                        line=rule.line,
                        method=rule.method,
                    )
                )
            elif not local and kinds - {"hostssl"}:
                found.append(
                    say("Line {line} of pg_hba.conf lets members in without TLS. Make it hostssl.", line=rule.line)
                )
        if _is_for_all(rule, database):
            closed |= kinds
    return found


def _kinds(type: str) -> set[str]:
    """The ways to come in that a line is about."""
    kinds = {
        "local": {"local"},
        "host": {"hostssl", "plain"},
        "hostssl": {"hostssl"},
        "hostnossl": {"plain"},
        "hostgssenc": {"gss"},
        "hostnogssenc": {"hostssl", "plain"},
    }
    return kinds.get(type, {type})


def _may_be_member(rule: Rule, database: str) -> bool:
    """Whether a line can be about a member; one with a pattern is taken to be."""
    in_database = any(name in ("all", database) or name.startswith("/") for name in rule.databases)
    by_name = any(name in ("all", f"+{_MEMBER}") or name.startswith(("mc_", "/")) for name in rule.users)
    return in_database and by_name


def _is_for_all(rule: Rule, database: str) -> bool:
    everywhere = rule.type == "local" or rule.address == "all"
    return everywhere and bool({"all", database} & {*rule.databases}) and bool({"all", f"+{_MEMBER}"} & {*rule.users})


def _is_loopback(rule: Rule) -> bool:
    if rule.address in ("localhost", "samehost"):
        return True
    try:
        network = ipaddress.ip_network(
            f"{rule.address}/{rule.netmask}" if "." in rule.address else f"{rule.address}/{_bits(rule.netmask)}"
        )
    except ValueError:
        return False
    return network.is_loopback


def _bits(netmask: str) -> int:
    return bin(int(ipaddress.ip_address(netmask))).count("1")
