"""The configuration says what it says, from wherever it comes, and the program never starts on a guess."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path

import pytest

from desktop.settings import config
from desktop.settings.config import Config, Places, RandomSettings, RecordsSection
from desktop.system import resources
from desktop.terms.errors import ConfigError
from desktop.terms.kinds import OperationType

as_person = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="permissions do not hold where one is root"
)


def load(tmp_path: Path, text: str = "", **environ: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return config.load(file, environ, {})


def refusal(tmp_path: Path, text: str = "", **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, **environ)
    return caught.value


def at(loaded: Config, name: str) -> object:
    """The value that "section.key" has come to."""
    section, key = name.split(".")
    if section == "costs":
        return loaded.costs[OperationType(key)]
    return getattr(getattr(loaded, section), key)


def line(name: str, value: str) -> str:
    section, key = name.split(".")
    return f"[{section}]\n{key} = {value}\n"


def test_the_shipped_file_holds_every_default(tmp_path: Path) -> None:
    assert config.load(tmp_path / "missing.toml", {}, {}) == Config(
        database=config.DatabaseSection(""),
        account=config.AccountSection(100_000),
        costs={
            OperationType.ADDITION: 1_000,
            OperationType.SUBTRACTION: 2_000,
            OperationType.MULTIPLICATION: 3_000,
            OperationType.DIVISION: 4_000,
            OperationType.SQUARE_ROOT: 5_000,
            OperationType.RANDOM_STRING: 6_000,
        },
        spending=config.SpendingSection(0, 0, False),
        language=config.LanguageSection("system", "locale"),
        window=config.WindowSection(100, "last"),
        records=RecordsSection(25, (10, 25, 50, 100, 250, 500)),
        random=RandomSettings(
            url="https://www.random.org/strings/",
            quota_url="https://www.random.org/quota/",
            length=8,
            digits=True,
            upper=True,
            lower=True,
            block=50,
            timeout=60,
            contact="",
            fallback="deny",
        ),
        security=config.SecuritySection(8, 15),
        logging=config.LoggingSection("INFO", 5),
    )


def test_every_key_of_the_shipped_file_can_be_given_in_the_environment(tmp_path: Path) -> None:
    shipped = tomllib.loads(resources.text("config.toml"))
    texts = {
        f"METERCALC_{section}_{key}".upper(): ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for section, table in shipped.items()
        for key, value in table.items()
    }
    assert len(texts) == 29
    assert load(tmp_path, **texts) == load(tmp_path)


def test_each_source_wins_over_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[random]\nlength = 2\nblock = 2\ntimeout = 2\n", encoding="utf-8")
    environ = {"METERCALC_RANDOM_BLOCK": "3", "METERCALC_RANDOM_TIMEOUT": "3", "PATH": "/bin"}
    loaded = config.load(file, environ, {"random.timeout": "4"}).random
    assert (loaded.length, loaded.block, loaded.timeout) == (2, 3, 4)
    assert loaded.fallback == "deny"


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("account.default_balance", '"1000.00"', 100_000),
        ("account.default_balance", '"1,000.5"', 100_050),
        ("account.default_balance", "1000", 100_000),
        ("account.default_balance", "0.1", 10),
        ("account.default_balance", "1.10", 110),
        ("account.default_balance", "1_000.29", 100_029),
        ("account.default_balance", "0", 0),
        ("account.default_balance", '"1000000000.00"', 100_000_000_000),
        ("costs.random_string", "60.01", 6_001),
        ("records.page_size", "1", 1),
        ("records.page_size", "1000", 1000),
        ("random.length", "20", 20),
        ("random.block", "10000", 10_000),
        ("random.url", '"https://example.org:8443/strings/"', "https://example.org:8443/strings/"),
        ("random.url", '"http://localhost:8000/"', "http://localhost:8000/"),
        ("random.url", '"http://127.0.0.1:8000/"', "http://127.0.0.1:8000/"),
        ("random.url", '"http://127.255.255.254/"', "http://127.255.255.254/"),
        ("random.url", '"http://[::1]:8000/"', "http://[::1]:8000/"),
        ("random.contact", '"ann.lee+metercalc@example.org"', "ann.lee+metercalc@example.org"),
        ("random.contact", '""', ""),
        ("random.fallback", '"local"', "local"),
        ("security.minimum_password_length", "1024", 1024),
        ("security.idle_lock_minutes", "0", 0),
        ("logging.level", '"DEBUG"', "DEBUG"),
        ("logging.keep", "2", 2),
        ("database.url", '"sqlite:///ledger.db"', "sqlite:///ledger.db"),
    ],
)
def test_a_value_is_read_as_it_is_meant(tmp_path: Path, name: str, written: str, read: object) -> None:
    assert at(load(tmp_path, line(name, written)), name) == read


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("account.default_balance", "0.10", 10),
        ("records.page_size", "50", 50),
        ("records.page_sizes", "100, 25 ,100", (25, 100)),
        ("random.url", "http://127.0.0.1:1/", "http://127.0.0.1:1/"),
        ("random.contact", "", ""),
        ("logging.level", "WARNING", "WARNING"),
    ],
)
def test_the_environment_needs_no_quotes(tmp_path: Path, name: str, text: str, read: object) -> None:
    variable = f"METERCALC_{name}".replace(".", "_").upper()
    assert at(load(tmp_path, **{variable: text}), name) == read


@pytest.mark.parametrize(
    ("written", "switches"),
    [
        ('["digits"]', (True, False, False)),
        ('["lower", "upper"]', (False, True, True)),
        ('["lower", "lower"]', (False, False, True)),
    ],
)
def test_classes_become_switches(tmp_path: Path, written: str, switches: tuple[bool, bool, bool]) -> None:
    random = load(tmp_path, line("random.classes", written)).random
    assert (random.digits, random.upper, random.lower) == switches


def test_a_page_size_of_ones_own_is_told_from_the_shipped_one(tmp_path: Path) -> None:
    assert not load(tmp_path).records.is_chosen
    assert load(tmp_path, METERCALC_RECORDS_PAGE_SIZE="40").records.is_chosen


def test_page_sizes_are_in_order_and_hold_the_page_size(tmp_path: Path) -> None:
    records = load(tmp_path, "[records]\npage_size = 30\npage_sizes = [50, 10, 50]\n").records
    assert records == RecordsSection(30, (10, 30, 50), is_chosen=True)


REFUSED = [
    ("database.url", ['"mysql://host/ledger"', '"mysql:ledger"', '"sqlite:///"', '"sqlite://host/x.db"', "5"]),
    ("database.url", ['"sqlite:///x.db?mode=ro"', '":memory:"', '"sqlite:///:memory:"', r'"x\u0000.db"', '" "']),
    ("database.url", ['"~no-such-person-here/x.db"', "1.5", "[]"]),
    ("account.default_balance", ['"1.001"', "1.001", '"ten"', '""', "true", "-0.01", "1e3", "nan", "inf", "[1]"]),
    ("account.default_balance", ['"1000000000.01"', "1e999999999", "1979-05-27"]),
    ("costs.addition", ["-1", '"1.234,56"']),
    ("records.page_size", ["0", "1001", "25.0", '"25"', "true", "-1"]),
    ("records.page_sizes", ["[]", "25", "[0]", "[1001]", '["25"]', "[true]", "[[25]]", "{ a = 25 }"]),
    ("random.url", ['"http://www.random.org/strings/"', '"http://127.0.0.1.example.org/"', '"ftp://127.0.0.1/"', "1"]),
    ("random.url", ['"http://127.0.0.1@example.org/"', '"https://a:b@example.org/"', '"https:///strings"', '""']),
    ("random.url", [r'"http://127.0.0.1\\@example.org/"', '"https://example.org/?num=1"', '"https://example.org/#a"']),
    ("random.url", ['"https://example.org:99999/"', '"https://[::1/"', '"https://example.org/ x"', '"www.random.org"']),
    ("random.url", ['"http://localhost.example.org/"', '"http://127.1/"', '"http://0.0.0.0/"', r'"https://a\n.org/"']),
    ("random.quota_url", ['"http://www.random.org/quota/"']),
    ("random.length", ["0", "21"]),
    ("random.classes", ["[]", '"digits"', '["digits", "Upper"]', "[1]", "[[]]"]),
    ("random.block", ["0", "10001"]),
    ("random.timeout", ["0", "601", "0.5"]),
    ("random.contact", ['"nobody"', '"a@b c"', r'"a@b.org\r\nX: y"', '"a@b@c"', "1", "[]"]),
    ("random.fallback", ['"allow"', '"Local"', "true", "[]"]),
    ("security.minimum_password_length", ["7", "1025"]),
    ("security.idle_lock_minutes", ["-1", "1441"]),
    ("logging.level", ['"TRACE"', '"info"', "10"]),
    ("logging.keep", ["1", "101"]),
]


@pytest.mark.parametrize(("name", "written"), [(name, each) for name, values in REFUSED for each in values])
def test_a_refused_value_names_file_key_and_what_is_accepted(tmp_path: Path, name: str, written: str) -> None:
    error = refusal(tmp_path, line(name, written))
    section, key = name.split(".")
    assert error.message.startswith(f"{tmp_path / 'config.toml'}: [{section}] {key} = ")
    assert re.search(r" is not accepted\. Accepted: .{10,}\.$", error.message)
    assert error.message.isprintable()
    assert error.exit_status == 2
    assert set(error.details) == {"file", "key", "value", "accepted"}


@pytest.mark.parametrize(
    ("name", "written", "message"),
    [
        (
            "records.page_size",
            '"many"',
            '[records] page_size = "many" is not accepted. Accepted: a whole number from 1 to 1000.',
        ),
        (
            "random.fallback",
            '"allow"',
            '[random] fallback = "allow" is not accepted. Accepted: one of "deny", "local".',
        ),
        (
            "database.url",
            '"mysql://host/ledger"',
            '[database] url = "mysql://host/ledger" is not accepted. '
            'Accepted: "", a path, sqlite:///path, or postgresql://host/database without a password.',
        ),
        (
            "account.default_balance",
            "0.001",
            "[account] default_balance = 0.001 is not accepted. "
            'Accepted: credits with at most two decimals, "0.00" to "1,000,000,000.00".',
        ),
    ],
)
def test_a_refusal_reads_as_a_sentence(tmp_path: Path, name: str, written: str, message: str) -> None:
    assert refusal(tmp_path, line(name, written)).message == f"{tmp_path / 'config.toml'}: {message}"


@pytest.mark.parametrize(
    "url", ["postgresql://ann:canary@host/ledger", "postgresql://host/ledger?password=canary", "postgres://:canary@h/l"]
)
def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    error = refusal(tmp_path, line("database.url", f'"{url}"'))
    assert "a password does not belong here" in error.message
    assert "canary" not in f"{error.message}{error.details}"


def test_a_server_is_taken_as_it_is_written(tmp_path: Path) -> None:
    found = load(tmp_path, line("database.url", '"postgresql://db.example.org/ledger"'))
    assert config.places(tmp_path).with_database(found.database).server == "postgresql://db.example.org/ledger"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://db.example.org/ledger?sslmode=require", "sslmode=require would let somebody"),
        ("postgresql://db.example.org/ledger?frob=1", "knows no frob"),
        ("postgresql://db.example.org", "must name one database"),
        ("postgresql://db.example.org:0/ledger", "port must be"),
        ("postgresql:///ledger", "must name a host"),
    ],
)
def test_an_address_of_a_server_that_will_not_do_is_refused_where_it_is_set(
    tmp_path: Path, url: str, said: str
) -> None:
    error = refusal(tmp_path, line("database.url", f'"{url}"'))
    assert f'[database] url = "{url}" is not accepted: ' in error.message
    assert said in error.message


def test_a_long_value_is_cut_in_the_message(tmp_path: Path) -> None:
    error = refusal(tmp_path, line("logging.level", f'"{"x" * 5000}"'))
    assert len(error.message) < 400


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("METERCALC_RECORDS_PAGE_SIZE", "many"),
        ("METERCALC_RECORDS_PAGE_SIZE", " 25"),
        ("METERCALC_RECORDS_PAGE_SIZE", "٢٥"),
        ("METERCALC_RECORDS_PAGE_SIZE", "9" * 5000),
        ("METERCALC_RECORDS_PAGE_SIZES", "10,,25"),
        ("METERCALC_RECORDS_PAGE_SIZES", ""),
        ("METERCALC_RANDOM_CLASSES", ""),
        ("METERCALC_RANDOM_URL", "http://example.org/"),
        ("METERCALC_ACCOUNT_DEFAULT_BALANCE", "1e3"),
        ("METERCALC_ACCOUNT_DEFAULT_BALANCE", "5\n[costs]\naddition = 0"),
    ],
)
def test_a_refused_variable_is_named(tmp_path: Path, variable: str, text: str) -> None:
    error = refusal(tmp_path, **{variable: text})
    assert error.message.startswith(f"the environment variable {variable}: [")
    assert " is not accepted. Accepted: " in error.message


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("METERCALC_RANDOM_URLS", True),
        ("METERCALC_ACCOUNT_PASSWORD", True),
        ("METERCALC_RANDOM_", True),
        ("METERCALC_RANDOM", False),
        ("METERCALC_", False),
        ("METERCALC_BIG_STORE", False),
        ("METERCALC_PASSWORD", False),
        ("METERCALC_RANDOM_URL\nsomething", False),
        ("METERCALC_RANDOM_URL", False),
    ],
)
def test_a_variable_that_is_no_setting_changes_nothing_and_a_slip_is_named(
    tmp_path: Path, variable: str, told: bool
) -> None:
    environ = {variable: "https://example.org/"}
    loaded = config.load(tmp_path / "config.toml", environ, {})
    assert (loaded == config.load(tmp_path / "config.toml", {}, {})) == (variable != "METERCALC_RANDOM_URL")
    assert config.misspelt_variables(environ) == [variable] * told


def test_the_value_of_what_is_not_known_is_not_repeated(tmp_path: Path) -> None:
    error = refusal(tmp_path, '[account]\npassword = "swordfish"')
    assert "[account] password is not known" in error.message
    assert "swordfish" not in f"{error.message} {error.details}"


@pytest.mark.parametrize(
    ("name", "text", "start"),
    [
        ("records.page_size", "0", 'the command line: [records] page_size = "0" is not accepted.'),
        ("records.size", "5", "the command line: records.size is not known."),
        ("nonsense", "5", "the command line: nonsense is not known."),
    ],
)
def test_a_refused_override_is_named(tmp_path: Path, name: str, text: str, start: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path / "config.toml", {}, {name: text})
    assert caught.value.message.startswith(start)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[record]\npage_size = 5", "[record] is not known. Accepted: the sections database, account, costs, "),
        ("page_size = 5", "[page_size] is not known. Accepted: the sections "),
        ("[records]\npagesize = 5", "[records] pagesize is not known. Accepted: the keys page_size, page_sizes."),
        ("[costs]\ncredit = 5", "[costs] credit is not known. Accepted: the keys addition, "),
        ("records = 5", "records = 5 is not accepted. Accepted: a section, written [records] on a line of its own."),
        ("[[records]]\npage_size = 5", 'records = [{"page_size": 5}] is not accepted. Accepted: a section, '),
    ],
)
def test_an_unknown_section_or_key_is_named(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text).message.startswith(f"{tmp_path / 'config.toml'}: {message}")


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"[records]\npage_size = \n", ", line 2: this is not TOML: "),
        (b"[records]\n\n\npage_size = 5 6\n", ", line 4: this is not TOML: "),
        (b"[records]\npage_size = 5\npage_size = 6\n", ", line 3: this is not TOML: "),
        (b'[random]\ncontact = """', ", at its end: this is not TOML: "),
        (b"[random]\ncontact = '\xff'\n", ", line 2: this is not text in UTF-8."),
        (b"x = 1e99999999999999999999999999", ": a number is too long"),
        (b"x = " + b"9" * 5000, ": a number is too long"),
        (b"x = " + b"[" * 5000, ": a number is too long, or lists are too deep."),
    ],
)
def test_a_file_that_cannot_be_understood_is_named_with_its_line(tmp_path: Path, content: bytes, where: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        config.load(file, {}, {})
    assert caught.value.message.startswith(f"{file}{where}")


@pytest.mark.parametrize("content", ["\ufeff[random]\nlength = 9\n", "[random]\r\nlength = 9\r\n"])
def test_files_from_windows_are_read(tmp_path: Path, content: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content.encode("utf-8"))
    assert config.load(file, {}, {}).random.length == 9


def test_a_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{re.escape(str(tmp_path))}: cannot be read: "):
        config.load(tmp_path, {}, {})


@as_person
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.touch(mode=0)
    with pytest.raises(ConfigError, match=r"config\.toml: cannot be read: Permission denied"):
        config.load(file, {}, {})


def test_the_file_is_made_once_private_and_word_for_word(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "config.toml"
    assert config.ensure_file(file)
    assert file.read_text(encoding="utf-8") == resources.text("config.toml")
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert {stat.S_IMODE(each.stat().st_mode) for each in (file.parent, file.parent.parent)} == {0o700}
    assert not config.ensure_file(file)


@pytest.mark.parametrize("content", ["", "[records]\npage_size = 10\n", "broken ="])
def test_a_file_that_is_there_is_never_touched(tmp_path: Path, content: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(content, encoding="utf-8")
    assert not config.ensure_file(file)
    assert file.read_text(encoding="utf-8") == content


def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"config\.toml: cannot be made: "):
        config.ensure_file(tmp_path / "file" / "config.toml")


def test_a_data_directory_holds_everything(tmp_path: Path) -> None:
    assert config.places(tmp_path) == Places(
        config_file=tmp_path / "config.toml",
        data_dir=tmp_path,
        store_file=tmp_path / "metercalc.db",
        log_dir=tmp_path / "logs",
        settings_file=tmp_path / "window.ini",
        remembered_dir=tmp_path / "remembered",
        options=f"--data-dir {tmp_path} ",
    )


def test_a_configuration_file_elsewhere_moves_nothing_else(tmp_path: Path) -> None:
    elsewhere = config.places(tmp_path, tmp_path / "other.toml")
    assert elsewhere.config_file == tmp_path / "other.toml"
    assert elsewhere.store_file == tmp_path / "metercalc.db"


def test_relative_places_are_fixed_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.places(Path("data"), Path("c.toml")).store_file == tmp_path / "data" / "metercalc.db"
    assert config.places(Path("data"), Path("c.toml")).config_file == tmp_path / "c.toml"


def test_without_a_data_directory_the_systems_own_folders_are_used() -> None:
    own = config.places()
    assert all("metercalc" in str(each) and each.is_absolute() for each in (own.config_file, own.data_dir, own.log_dir))


@pytest.mark.parametrize(
    ("url", "store"),
    [
        ("", "data/metercalc.db"),
        ("ledger.db", "data/ledger.db"),
        ("sqlite:///ledger.db", "data/ledger.db"),
        ("sqlite:///below/ledger.db", "data/below/ledger.db"),
        ("sqlite:///{root}/ledger.db", "ledger.db"),
        ("{root}/ledger.db", "ledger.db"),
        ("~/ledger.db", "home/ledger.db"),
    ],
)
def test_the_store_lies_where_the_database_url_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, store: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    loaded = load(tmp_path, line("database.url", f"'{url.format(root=tmp_path)}'"))
    assert config.places(tmp_path / "data").with_database(loaded.database).store_file == tmp_path / store


@pytest.mark.parametrize("url", ["config.toml", "window.ini", "logs", "logs/metercalc.log", "./logs/../config.toml"])
def test_a_store_is_not_put_where_the_program_has_something_else(tmp_path: Path, url: str) -> None:
    loaded = config.load(tmp_path / "config.toml", {"METERCALC_DATABASE_URL": url}, {})
    with pytest.raises(ConfigError, match="something else"):
        config.places(tmp_path).with_database(loaded.database)
