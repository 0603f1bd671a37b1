"""An attacker with a SQLite editor, who has older copies of the store but not its key, and does not know the program.

Edits are made from what the file itself says of its tables and columns, guards out of the way.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.stores import raw

Row = tuple[Any, ...]
Tables = dict[str, list[Row]]

FORGOTTEN = ("sign_in_failure",)  # what is tried against a password is no part of the ledger


def tables(file: Path) -> Tables:
    """All rows of all tables, and the schema; without what SQLite keeps for itself."""
    with raw(file) as connection:
        schema = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name"
        ).fetchall()
        names = [name for kind, name, _ in schema if kind == "table" and name not in FORGOTTEN]
        # As SQL has them, so that no two values of different types are alike.
        found = {name: _rows(connection, name) for name in names}
    return {**found, "schema": schema}


def _rows(connection: Any, table: str) -> list[Row]:
    columns = ", ".join(f"quote({name})" for name in _columns(connection, table))
    return sorted(connection.execute(f"SELECT {columns} FROM {table}").fetchall())


def _columns(connection: Any, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


class Editor:
    """Makes one edit after the other, each on a fresh copy of the store; `older` are its earlier states."""

    def __init__(self, present: Tables, older: list[Tables], choose: random.Random) -> None:
        self._present = present
        self._older = older
        self._choose = choose
        self._names = [name for name in present if name != "schema"]
        self._done: list[str] = []

    def edit(self, file: Path) -> str:
        """Change the store in one to three places; says how."""
        self._done = []
        kinds: tuple[Callable[[Any], None], ...] = (
            self._cell, self._replayed_row, self._inserted, self._deleted, self._swapped, self._replayed_table,
            self._schema,
        )  # fmt: skip
        weights = (40, 15, 15, 8, 8, 8, 6)
        with raw(file) as connection:
            for pragma in ("ignore_check_constraints = ON", "foreign_keys = OFF"):
                connection.execute(f"PRAGMA {pragma}")
            guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            connection.execute("BEGIN")
            for name, _ in guards:
                connection.execute(f"DROP TRIGGER {name}")
            for kind in self._choose.choices(kinds, weights, k=self._choose.choice((1, 1, 1, 2, 3))):
                kind(connection)
            for name, sql in guards:
                if name not in self._done:
                    connection.execute(sql)
            connection.execute("COMMIT")
        return "; ".join(self._done)

    def _run(self, connection: Any, sql: str) -> None:
        try:
            connection.execute(sql)
            self._done.append(sql)
        except Exception as error:  # noqa: BLE001  # what SQLite refuses is no edit
            self._done.append(f"refused ({error}): {sql}")

    def _table(self) -> str:
        return self._choose.choice([name for name in self._names if self._present[name]])

    def _value(self, table: str, column: int) -> str:
        """Another value for a cell, as SQL: of another row, of an older state, nearby, or out of the blue."""
        choose = self._choose
        seen = [row[column] for state in (self._present, *self._older) for row in state.get(table, ())]
        taken = choose.choice(seen)
        if choose.random() < 0.6:
            return str(taken)
        if str(taken).lstrip("-").isdigit():
            return str(int(taken) + choose.choice((-1, 1, 100, -100, 10**6)))
        if str(taken).startswith("'"):
            text = str(taken)[1:-1]
            place = choose.randrange(len(text) + 1)
            return f"'{text[:place].replace(chr(39), '')}{choose.choice('|0: x')}{text[place:].replace(chr(39), '')}'"
        return choose.choice(("NULL", "0", "1", "''", "'active'", f"x'{choose.randbytes(32).hex()}'", "zeroblob(32)"))

    def _key(self, row: Row) -> str:
        return f"quote(rowid) = quote({row[0]})"

    def _cell(self, connection: Any) -> None:
        table = self._table()
        names = _columns(connection, table)
        place = self._choose.randrange(len(names))
        row = self._choose.choice(self._present[table])
        self._run(connection, f"UPDATE {table} SET {names[place]} = {self._value(table, place)} WHERE {self._key(row)}")

    def _replayed_row(self, connection: Any) -> None:
        state, table = self._choose.choice(self._older), self._table()
        if not state.get(table):
            return
        row = self._choose.choice(state[table])
        self._run(connection, f"REPLACE INTO {table} VALUES ({', '.join(map(str, row))})")

    def _inserted(self, connection: Any) -> None:
        table = self._table()
        row = list(
            self._choose.choice([row for state in (self._present, *self._older) for row in state.get(table, ())])
        )
        row[0] = connection.execute(f"SELECT max(rowid) + {self._choose.choice((1, 1, 1, 5))} FROM {table}").fetchone()[
            0
        ]
        for place in self._choose.sample(range(1, len(row)), self._choose.randrange(min(4, len(row)))):
            row[place] = self._value(table, place)
        self._run(connection, f"INSERT INTO {table} VALUES ({', '.join(map(str, row))})")

    def _deleted(self, connection: Any) -> None:
        table = self._table()
        last = self._choose.random() < 0.5
        row = (
            max(self._present[table], key=lambda row: int(row[0]))
            if last
            else self._choose.choice(self._present[table])
        )
        self._run(connection, f"DELETE FROM {table} WHERE {self._key(row)}")

    def _swapped(self, connection: Any) -> None:
        """Two rows change places, all but their keys, or the values of one column."""
        table = self._table()
        if len(self._present[table]) < 2:
            return
        names = _columns(connection, table)[1:]
        one, other = self._choose.sample(self._present[table], 2)
        places = range(len(names)) if self._choose.random() < 0.5 else [self._choose.randrange(len(names))]
        # Emptied first: two rows of a table cannot share what is unique.
        self._run(connection, f"DELETE FROM {table} WHERE {self._key(one)} OR {self._key(other)}")
        for row, source in ((one, other), (other, one)):
            mixed = [row[0], *(source[n + 1] if n in places else row[n + 1] for n in range(len(names)))]
            self._run(connection, f"INSERT INTO {table} VALUES ({', '.join(map(str, mixed))})")

    def _replayed_table(self, connection: Any) -> None:
        """One table, or some of them, as an older state had them."""
        state = self._choose.choice(self._older)
        for table in self._choose.sample(self._names, self._choose.choice((1, 1, 2, 3))):
            if table in state:
                self._run(connection, f"DELETE FROM {table}")
                for row in state[table]:
                    self._run(connection, f"INSERT INTO {table} VALUES ({', '.join(map(str, row))})")

    def _schema(self, connection: Any) -> None:
        objects = [(kind, name) for kind, name, sql in self._present["schema"] if kind != "table" and sql]
        kind, name = self._choose.choice(objects)
        table = self._table()
        statement = self._choose.choice(
            (
                f"DROP {kind} {name}",
                f"CREATE TRIGGER mine AFTER INSERT ON {table} BEGIN SELECT 1; END",
                f"CREATE INDEX mine ON {table} (rowid)",
                f"CREATE VIEW mine AS SELECT * FROM {table}",
                f"ALTER TABLE {table} ADD COLUMN mine",
                "CREATE TABLE mine (x)",
            )
        )
        if statement.startswith("DROP trigger"):
            self._done.append(name)  # it is out of the way already, and stays so
            return
        self._run(connection, statement)


def fresh(template: Path, folder: Path) -> Path:
    """A copy of a closed store's folder; what was there before goes."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template.parent, folder)
    return folder / template.name
