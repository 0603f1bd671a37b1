"""What a person with psql and their own password may try against a shared ledger, and whether any of it worked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.postgres import Server

CANARY = "40000000000000007"
"""Stands in Bob's records alone."""


@dataclass(frozen=True)
class Attempt:
    """Statements that are sent one after the other, each whatever became of the one before."""

    name: str
    statements: tuple[str, ...]


def attempts(bob: int, bob_role: str, bob_request: str, bob_record: int, my_role: str, bob_email: str) -> list[Attempt]:
    """What Ann tries."""
    charge = (
        'SELECT * FROM metercalc.charge(gen_random_uuid(), NULL, NULL, \'1\', \'[{"operation": "%s", "operands": [%s], '
        '"response": "%s", "exact": true, "source": "%s"}]\')'
    )
    records = "SELECT * FROM metercalc.records('{\"%s\": [\"%s\"]}', 'date', true, 0, 99)"
    verifier = "SCRAM-SHA-256$100000:AAAAAAAAAAAAAAAAAAAAAA==$" + "A" * 43 + "=:" + "A" * 43 + "="
    cheap = (
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "SELECT 1",
        charge % ("addition", '"1", "1"', "2", "computed"),
        "COMMIT",
    )
    tries: dict[str, str | tuple[str, ...]] = {
        "read everybody's records": "SELECT * FROM metercalc.record",
        "read Bob's records": f"SELECT * FROM metercalc.record WHERE account_id = {bob}",
        "read without row security": ("SET row_security = off", "SELECT * FROM metercalc.record"),
        "read the accounts": "SELECT * FROM metercalc.account",
        "read the ledger's table": "SELECT * FROM metercalc.ledger",
        "read the journals": "SELECT * FROM metercalc.journal WHERE chain <> 0 OR true",
        "read what was voided": "SELECT * FROM metercalc.voided",
        "read the notes": "SELECT * FROM metercalc.record_note",
        "read the notes of changes": "SELECT * FROM metercalc.changes_since(-1)",
        "note Bob's record": f"SELECT * FROM metercalc.set_note({bob_record}, 'mine')",
        "forge a note": f"INSERT INTO metercalc.record_note VALUES ({bob}, 9, {bob_record}, 2, sha256(''), 'x')",
        "put a note in": f"SELECT metercalc.put_note(a, {bob_record}, 2, 1, 'x') FROM metercalc.account AS a",
        "change Bob's note": f"UPDATE metercalc.record SET note = 'x' WHERE id = {bob_record}",
        "have notes moved": "SELECT metercalc.move_notes()",
        "copy the records out": "COPY metercalc.record TO STDOUT",
        "guess by an error": f"SELECT 1 / (account_id - {bob}) FROM metercalc.record",
        "guess by statistics": "SELECT * FROM pg_stats WHERE schemaname = 'metercalc'",
        "read the verifiers": "SELECT rolpassword FROM pg_authid",
        "read others' statements": f"SELECT query FROM pg_stat_activity WHERE usename = '{bob_role}'",
        "read a file": "SELECT pg_read_file('postgresql.conf')",
        "run a program": "COPY (SELECT 1) TO PROGRAM 'true'",
        "raise the balance": "UPDATE metercalc.account SET balance = balance + 1",
        "write a record": "INSERT INTO metercalc.record SELECT * FROM metercalc.record",
        "change a record": "UPDATE metercalc.record SET amount = 0",
        "delete records": "DELETE FROM metercalc.record",
        "empty the records": "TRUNCATE metercalc.record",
        "lower the prices": "UPDATE metercalc.operation SET cost = 0",
        "void Bob's request": f"INSERT INTO metercalc.voided VALUES ({bob}, gen_random_uuid(), 0)",
        "reset the numbers": "SELECT setval('metercalc.record_number', 1)",
        "use up a number": "SELECT nextval('metercalc.record_number')",
        "become the owner": ("SET ROLE metercalc_owner", "UPDATE metercalc.account SET balance = 1"),
        "become the keeper": ("SET ROLE metercalc_keeper", "CREATE ROLE mc_evil LOGIN"),
        "become Bob": (f"SET ROLE {bob_role}", "SELECT * FROM metercalc.account()"),
        "be Bob": (f"SET SESSION AUTHORIZATION {bob_role}", "SELECT * FROM metercalc.account()"),
        "be granted the owner": f"GRANT metercalc_owner TO {my_role}",
        "be granted the keeper": f"GRANT metercalc_keeper TO {my_role}",
        "be granted Bob": f"GRANT {bob_role} TO {my_role}",
        "be everything": f"ALTER ROLE {my_role} SUPERUSER BYPASSRLS",
        "have no limit": f"ALTER ROLE {my_role} CONNECTION LIMIT -1",
        "change Bob's password": f"ALTER ROLE {bob_role} PASSWORD 'known to me'",
        "change it by the keeper's function": f"SELECT metercalc.set_verifier('{bob_role}', '{verifier}')",
        "make a role": f"SELECT metercalc.make_role('mc_{'a' * 24}', '{verifier}')",
        "shut Bob out": f"SELECT metercalc.let_in('{bob_role}', false)",
        "end Bob's sessions": f"SELECT metercalc.end_sessions('{bob_role}')",
        "end them by hand": f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{bob_role}'",
        "make an account": f"SELECT metercalc.make_account('x@example.org', '{verifier}', 'admin', 1, 1)",
        "found it anew": f"SELECT metercalc.found('x@example.org', '{verifier}', 1)",
        "append by hand": f"SELECT metercalc.save(a) FROM metercalc.account AS a WHERE id = {bob}",
        "set a price by hand": "SELECT metercalc.put_price('addition', 0, 1)",
        "set a price": "SELECT metercalc.set_cost('addition', 0)",
        "credit oneself": "SELECT * FROM metercalc.credit('ann@example.org', 1, 'gift', gen_random_uuid())",
        "become an administrator": "SELECT metercalc.set_role('ann@example.org', 'admin')",
        "deactivate Bob": f"SELECT metercalc.set_status('{bob_email}', 'inactive')",
        "register": f"SELECT metercalc.register('x@example.org', '{verifier}')",
        "reset Bob's password": f"SELECT metercalc.reset_verifier('{bob_email}', '{verifier}')",
        "invite": f"SELECT metercalc.invite('x@example.org', '{verifier}')",
        "come back as Bob": f"SELECT metercalc.recover('{verifier}')",
        "make a code for Bob": f"SELECT metercalc.set_code('{bob_role}', '{verifier}')",
        "void Bob's code": f"SELECT metercalc.void_code('{bob_role}')",
        "give Bob a password": f"SELECT metercalc.give_password(a, '{verifier}', 1, 'password', true) "
        "FROM metercalc.account AS a",
        "have done with the password that is due": "UPDATE metercalc.account SET one_time = false",
        "see what was used": "SELECT * FROM metercalc.usage(0, 9000000000000000)",
        "see the deeds": "SELECT * FROM metercalc.deeds(0, 99)",
        "see when people were active": "SELECT * FROM metercalc.people()",
        "credit oneself by a file": """SELECT * FROM metercalc.credit_all('[{"email": "ann@example.org", "amount": 1,
            "reason": "gift", "request_id": "01234567-89ab-cdef-0123-456789abcdef"}]')""",
        "credit by hand": "SELECT * FROM metercalc.put_in('ann@example.org', 1, 'x', gen_random_uuid(), 1, true)",
        "ask what was credited": f"""SELECT * FROM metercalc.credited('[{{"email": "{bob_email}",
            "request_id": "{bob_request}"}}]')""",
        "list the users": "SELECT * FROM metercalc.users()",
        "prove Bob's chain": f"SELECT * FROM metercalc.chain_of({bob}, 1, 100)",
        "read Bob's journal": f"SELECT * FROM metercalc.journal_of({-bob}, 1, 100)",
        "read the common journal": "SELECT * FROM metercalc.journal_of(0, 1, 100)",
        "find Bob's request": f"SELECT * FROM metercalc.find('{bob_request}')",
        "settle Bob's request": f"SELECT * FROM metercalc.settle('{bob_request}', '{bob_email}')",
        "delete Bob's record": f"SELECT * FROM metercalc.delete_records(ARRAY[{bob_record}])",
        "restore Bob's record": f"SELECT * FROM metercalc.restore_records(ARRAY[{bob_record}])",
        "inject by a search": records % ("search", "x'') > 0 OR true OR (''"),
        "inject by an operation": records % ("operations", "x'') OR (true"),
        "inject by a date": "SELECT * FROM metercalc.records('{\"since\": \"0 OR true\"}', 'date', true, 0, 99)",
        "inject by an offset": 'SELECT * FROM metercalc.days(\'{"offsets": [["0 THEN 0 END) OR (1", 1]]}\', 0, 99)',
        "inject by an order": "SELECT * FROM metercalc.records('{}', 'r.seq; DROP TABLE x', true, 0, 99)",
        "charge a credit": charge % ("credit", '"gift"', "", "ledger"),
        "charge less than nothing": "SELECT * FROM metercalc.charge(gen_random_uuid(), -1, NULL, '1', '[]')",
        "charge what does not follow": charge % ("addition", '"1", "1"', "3", "computed"),
        "charge what is no number": charge % ("addition", '"1", "NaN"', "NaN", "computed"),
        "charge what is infinite": charge % ("division", '"1", "Infinity"', "0", "computed"),
        "charge an unknown operation": charge % ("gift", '"1", "1"', "2", "computed"),
        "charge by an old price": cheap,
        "shadow a table": ("CREATE TEMP TABLE account AS SELECT 1 AS id", "SELECT * FROM metercalc.account()"),
        "shadow a function": "CREATE FUNCTION pg_temp.now() RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
        "shadow an operator": "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = textne)",
        "make a table in public": "CREATE TABLE public.mine (a int)",
        "make a table in metercalc": "CREATE TABLE metercalc.mine (a int)",
        "make a schema": "CREATE SCHEMA mine",
        "replace a function": "CREATE OR REPLACE FUNCTION metercalc.me() RETURNS bigint LANGUAGE sql AS 'SELECT 3'",
        "drop a function": "DROP FUNCTION metercalc.me() CASCADE",
        "put a trigger on the records": "CREATE TRIGGER t AFTER INSERT ON metercalc.record EXECUTE FUNCTION x()",
        "switch triggers off": ("SET session_replication_role = replica", "DELETE FROM metercalc.record"),
        "disable a trigger": "ALTER TABLE metercalc.record DISABLE TRIGGER ALL",
        "drop a policy": "DROP POLICY own ON metercalc.record",
        "install an extension": "CREATE EXTENSION dblink",
        "keep a large object": "SELECT lo_from_bytea(0, 'x')",
        "lock everybody out": ("BEGIN", "LOCK TABLE metercalc.account IN SHARE MODE", "ROLLBACK"),
        "reassign what is owned": f"REASSIGN OWNED BY metercalc_owner TO {my_role}",
        "reach the template": "SELECT * FROM dblink('dbname=postgres', 'SELECT 1')",
        "change the server": "ALTER SYSTEM SET fsync = off",
    }
    return [Attempt(name, (sql,) if isinstance(sql, str) else sql) for name, sql in tries.items()]


def successes(server: Server, database: str, email: str, others: tuple[str, ...], tries: list[Attempt]) -> list[str]:
    """What attempts achieved: the ledger is another one after it, or something of `others` was seen.

    What is quoted back from an attempt's own words was no secret.
    """
    found = []
    with server.owner(database) as owner:
        before = state(owner)
        for attempt in tries:
            seen = _seen(server, database, email, attempt)
            after = state(owner)
            if after != before:
                found.append(f"{attempt.name}: the ledger was changed")
                before = after
            words = [word for word in others if word not in str(attempt)]
            found += [f"{attempt.name}: {word} was seen" for word in words if any(word in text for text in seen)]
    return found


def _seen(server: Server, database: str, email: str, attempt: Attempt) -> list[str]:
    """All that the server answered, its errors too."""
    import psycopg

    seen: list[str] = []
    with server.member(database, email) as connection, connection.cursor() as cursor:
        for statement in attempt.statements:
            try:
                if statement.startswith("COPY"):
                    with cursor.copy(statement) as copy:
                        seen += [bytes(row).decode(errors="replace") for row in copy]
                    continue
                cursor.execute(statement)
                if cursor.description is not None:
                    seen += map(str, cursor.fetchall())
            except psycopg.Error as error:
                seen.append(f"{error.diag.message_primary} {error.diag.message_detail}")
    return seen


def state(owner: Any) -> Any:
    """All that an attacker must not change: rows, rights, roles, functions and tables."""
    tables = ("account", "record", "record_note", "journal", "price", "operation", "ledger", "voided", "version")
    catalogues = (
        "SELECT rolname, rolpassword, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolcanlogin, rolconnlimit "
        "FROM pg_authid",
        "SELECT roleid, member, admin_option FROM pg_auth_members",
        "SELECT relname, relacl::text, relrowsecurity, relforcerowsecurity FROM pg_class "
        "WHERE relnamespace::regnamespace::text IN ('metercalc', 'public')",
        "SELECT proname, md5(prosrc), proacl::text FROM pg_proc WHERE pronamespace = 'metercalc'::regnamespace",
        "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT polname, polrelid, polroles::text FROM pg_policy",
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'",
        "SELECT s.last_value >= max(r.id) FROM metercalc.record_number AS s, metercalc.record AS r "
        "GROUP BY s.last_value",
        "SELECT oid FROM pg_largeobject_metadata",
        "SELECT extname FROM pg_extension",
    )
    parts = [f"SELECT md5(string_agg(x::text, '|' ORDER BY x::text)) FROM metercalc.{table} AS x" for table in tables]
    parts += [f"SELECT md5(string_agg(x::text, '|' ORDER BY x::text)) FROM ({sql}) AS x" for sql in catalogues]
    return owner.execute(" UNION ALL ".join(parts)).fetchall()
