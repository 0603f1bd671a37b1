#!/bin/sh
# pysqlite3 0.6.1 (its SQLite is printed), and Python's own sqlite3 with the SQLite that it was built with.
#
# interrupt() is meant to end the query that runs. Where a second cursor of the same connection stands in the middle of
# its rows, though, the ROLLBACK that follows is interrupted as well, and every statement after it: the connection is
# left inside its transaction, and says so as long as that cursor lives. The next BEGIN is then refused with "cannot
# start a transaction within a transaction", long after the interruption. Once the cursor is closed, ROLLBACK works.
#
# Seen: "rollback: interrupted", "in a transaction: True", "begin: cannot start a transaction within a transaction" once
# the cursor is closed, and "rollback: done" then. Without the second cursor the first ROLLBACK works.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pysqlite3==0.6.1
"$work/venv/bin/python" - <<'PYTHON'
import sqlite3 as own

from pysqlite3 import dbapi2

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n"


def told(module, run, sql):
    try:
        run(sql)
    except module.OperationalError as error:
        return str(error)
    return "done"


def seen(module, others):
    connection = module.connect(":memory:", isolation_level=None)
    run = connection.execute
    run("BEGIN")
    under_way = [run(NUMBERS) for _ in range(others)]
    for cursor in under_way:
        cursor.fetchone()
    connection.interrupt()
    first, inside = told(module, run, "ROLLBACK"), connection.in_transaction
    for cursor in under_way:
        cursor.close()
    begin, second = told(module, run, "BEGIN"), told(module, run, "ROLLBACK")
    print(f"{module.__name__}, SQLite {module.sqlite_version}, {others} under way: rollback: {first}; "
          f"in a transaction: {inside}; begin: {begin}; rollback: {second}")
    return first, inside, begin, second


for module in (dbapi2, own):
    assert seen(module, 1) == ("interrupted", True, "cannot start a transaction within a transaction", "done")
    assert seen(module, 0) == ("done", False, "done", "done")
PYTHON
