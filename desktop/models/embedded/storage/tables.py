"""The tables as peewee sees them; the schema itself is made by `migrations`, the rules live in `charges`.

The models are bound to no database: a query says which one it runs on (`query.bind(store.database)`), so that two
stores can be open in one process. Rows never leave this package: other layers get the values of `desktop.terms`.
"""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, BlobField, IntegerField, Model, TextField


class User(Model):
    """An account. `username` is an e-mail in lower case; `balance` is in hundredths of a credit.

    `generation` goes up with a new password and with a deactivation: sessions of the one before end.
    """

    id = AutoField()
    username = TextField(unique=True)
    password = TextField()
    status = TextField()
    role = TextField()
    balance = BigIntegerField()
    generation = IntegerField(default=1)


class Operation(Model):
    """A kind of record and its present cost in hundredths of a credit."""

    id = AutoField()
    type = TextField(unique=True)
    cost = BigIntegerField()


class Price(Model):
    """What an operation cost from a record on; append-only, each an entry of the journal too.

    `from_record` is the id of the first record that the cost holds for; `user_id` is 0 for the configuration's.
    """

    id = AutoField()
    operation_id = IntegerField()
    cost = BigIntegerField()
    from_record = BigIntegerField()
    user_id = IntegerField()
    date = BigIntegerField()


class Record(Model):
    """One entry of the ledger; append-only but for `deleted_at` and `note`. `form` is its canonical form's version."""

    id = AutoField()
    form = IntegerField()
    request_id = TextField()
    step = IntegerField()
    operation_id = IntegerField()
    user_id = IntegerField()
    seq = BigIntegerField()
    amount = BigIntegerField()
    user_balance = BigIntegerField()
    operands = TextField()
    operation_response = TextField()
    expression = TextField()
    exact = IntegerField()
    source = TextField()
    date = BigIntegerField()
    deleted_at = BigIntegerField(null=True)
    hash = BlobField()
    note = TextField(default="")


class SignInFailure(Model):
    """Failed sign-ins of one e-mail, known or not; `name` is a keyed hash of it. Times in UTC microseconds.

    `mark` is a keyed hash of the rest: a row that another program changed counts for nothing.
    """

    name = BlobField(primary_key=True)
    failures = IntegerField()
    last = BigIntegerField()
    wait = BigIntegerField()
    mark = BlobField()

    class Meta:
        table_name = "sign_in_failure"
