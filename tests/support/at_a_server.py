"""The command line at a shared ledger in which something is amiss, and what must hold whenever it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.command_line import Outcome, Program
from tests.support.postgres import OWNER_PASSWORD, Server
from tests.support.stores import ADMIN, ANN, PASSWORD

OF_ITS_OWN = 2  # records that a ledger of two people has from the beginning


@dataclass
class AtAServer:
    """One desk's program; `charged` counts the charges that it was told of."""

    program: Program
    server: Server
    database: str
    charged: int = field(default=0)

    @property
    def url(self) -> str:
        """Where the ledger is."""
        return self.server.url(self.database)

    def asks(self, *words: str, user: str = ANN, url: str = "") -> Outcome:
        """What a command comes to."""
        return self.program.here(user, *words, "--database", url or self.url)

    def charges(self, text: str = "1 + 2", *, user: str = ANN, url: str = "") -> Outcome:
        """Pay for an entry, which goes well."""
        outcome = self.asks("eval", text, user=user, url=url)
        assert (outcome.status, outcome.err) == (0, "")
        self.charged += 1
        return outcome

    def refuses(self, status: int, *said: str, user: str = ANN, url: str = "") -> None:
        """A charge is refused with a status of the contract and a sentence, and says that nothing was charged."""
        outcome = self.asks("eval", "1 + 2", user=user, url=url)
        assert (outcome.status, outcome.out) == (status, ""), outcome.err
        for words in said:
            assert words in outcome.err
        assert "Traceback" not in outcome.err

    def refuses_owner(self, status: int, said: str, *words: str, password: str = OWNER_PASSWORD) -> None:
        """A command of the owner's is refused in the same way."""
        outcome = self.program.run("server", *words, "--password-stdin", stdin=f"{password}\n{PASSWORD}\n")
        assert (outcome.status, outcome.out) == (status, ""), outcome.err
        assert said in outcome.err
        assert "Traceback" not in outcome.err

    def look_over(self) -> None:
        """No record came to be but those that were charged, and no secret stands in any log, ours or the server's."""
        with self.server.owner(self.database) as owner:
            found = owner.execute("SELECT count(*) FROM metercalc.record").fetchone()
        assert found == (OF_ITS_OWN + self.charged,)
        logs = [self.server.log, *self.program.folder.rglob("*.log*")]
        assert len(logs) > 1, "the program has written no log"
        for file in logs:
            for secret in (PASSWORD, OWNER_PASSWORD):
                assert secret not in file.read_text(errors="replace")


@contextmanager
def at(server: Server, folder: Path) -> Iterator[AtAServer]:
    """A desk at a ledger of an administrator and Ann, looked over afterwards."""
    found = AtAServer(Program(folder), server, server.ledger(ADMIN, ANN))
    yield found
    found.look_over()
    server.drop(found.database)
