"""A statement on paper: every record once, every page with its head and number, A4 and Letter, whole or not there."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QLocale
from PySide6.QtGui import QFontDatabase
from pytestqt.qtbot import QtBot

from desktop import __version__
from desktop.arithmetic.numbers import NumberFormat
from desktop.documents.exports import raw_record
from desktop.documents.statement_paper import Ended, Style, write_pdf
from desktop.language.sentences import SOURCE, speak
from desktop.system import resources
from desktop.terms.charges import Entry
from desktop.terms.errors import Cancelled, StoreDamaged, StoreError
from desktop.terms.kinds import OperationType, Source
from desktop.terms.reports import OperationSum, StatementReport
from desktop.views.look.number_locale import number_format_of
from desktop.wording.grouping import show_groups
from desktop.wording.shown import operation_name
from tests.support.catalogues import compiled
from tests.support.fake_controllers import JULY, entry
from tests.support.papers import lines_as_seen, pages_of

pytestmark = pytest.mark.usefixtures("qapp")
DAY = 86_400_000_000
ENGLISH = Style()


def entries(count: int) -> list[Entry]:
    return [entry(number, operands=f"7 + {number}") for number in range(1, count + 1)]


def report_of(found: Sequence[Entry], **changes: object) -> StatementReport:
    amount = sum(one.amount for one in found)
    charges = (OperationSum(OperationType.ADDITION, len(found), amount),) if found else ()
    nothing = OperationSum(OperationType.CREDIT, 0, 0)
    made = StatementReport("ada@example.org", JULY, JULY + 31 * DAY, 500_00, 500_00 - amount, charges, nothing, JULY)
    return replace(made, **changes)  # type: ignore[arg-type]


def written(file: Path, found: Sequence[Entry], style: Style = ENGLISH, **changes: object) -> Ended:
    return write_pdf(
        file,
        report_of(found, **changes),
        lambda: iter([[raw_record(one) for one in found]]),
        style,
        progress=lambda done, total: None,
        cancelled=lambda: False,
    )


@pytest.mark.parametrize("count", [0, 1, 24, 25, 26, 27, 28, 29, 69, 70, 71, 72, 150])
def test_every_record_is_on_paper_once_and_every_page_is_numbered(tmp_path: Path, count: int) -> None:
    ended = written(tmp_path / "a.pdf", entries(count))
    pages = pages_of(tmp_path / "a.pdf")
    assert ended == Ended(len(pages), count)
    assert [int(number) for page in pages for number in re.findall(r"7 \+ (\d+) =", page)] == list(range(1, count + 1))
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Metercalc" in page
        assert ("Operands and result" in page) == bool(count)
        assert "ada@example.org" in page
        assert "2025-07-01 to 2025-08-01" in page


def test_the_paper_says_which_program_wrote_it(tmp_path: Path) -> None:
    written(tmp_path / "a.pdf", entries(1))
    about = PdfReader(tmp_path / "a.pdf").metadata
    assert about is not None
    assert about.creator == f"Metercalc {__version__}"


def test_the_first_page_says_what_it_comes_to(tmp_path: Path) -> None:
    found = [*entries(3), entry(4, operation=OperationType.CREDIT, operands="Refund", response="", amount=-250_00)]
    charges = (OperationSum(OperationType.ADDITION, 3, 30_00),)
    credit = OperationSum(OperationType.CREDIT, 1, 250_00)
    written(tmp_path / "a.pdf", found, charges=charges, credits=credit, closing=720_00)
    (page,) = pages_of(tmp_path / "a.pdf")
    assert "Opening balance 500.00 Charges −30.00 Credits +250.00 Closing balance 720.00" in page
    assert "Addition 3 −30.00 All charges 3 −30.00 Credits 1 +250.00" in page


def test_deleted_records_are_marked_and_inexact_ones_too(tmp_path: Path) -> None:
    found = [
        entry(1, operands="1 + 1", deleted_at=JULY),
        entry(2, operation=OperationType.DIVISION, operands="1 ÷ 3", response="0.333", exact=False),
        entry(3, operation=OperationType.RANDOM_STRING, operands="", response="x7Kp", source=Source.LOCAL),
        entry(4, operation=OperationType.CREDIT, operands="Travel budget", response="", amount=-50_00),
    ]
    written(tmp_path / "a.pdf", found)
    (page,) = pages_of(tmp_path / "a.pdf")
    for text in ("Deleted: 1 + 1 = 2", "1 ÷ 3 ≈ 0.333", "x7Kp", "Travel budget", "+50.00"):
        assert text in page


def faces(file: Path) -> set[str]:
    """The faces that the first page is written in, without the tag of what is left out of each."""
    fonts = PdfReader(file).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    return {str(font.get_object()["/BaseFont"]).rpartition("+")[2] for font in fonts.values()}


def test_a_random_string_stands_in_a_face_of_its_own(tmp_path: Path) -> None:
    drawn = entry(2, operation=OperationType.RANDOM_STRING, operands="", response="lI0O", source=Source.LOCAL)
    written(tmp_path / "a.pdf", [entry(1)])
    written(tmp_path / "b.pdf", [entry(1), drawn])
    assert len(faces(tmp_path / "b.pdf") - faces(tmp_path / "a.pdf")) == 1


def test_a_statement_names_its_zone_and_tells_a_repeated_hour_apart(
    tmp_path: Path, time_zone: Callable[[str], None]
) -> None:
    time_zone("Europe/Berlin")
    half_past_two = 1_792_888_200_000_000
    written(tmp_path / "a.pdf", [entry(1, date=half_past_two), entry(2, date=half_past_two + 3_600_000_000)])
    (page,) = pages_of(tmp_path / "a.pdf")
    assert "times of Europe/Berlin" in page
    assert "2026-10-25 02:30:00+02:00 Addition" in page
    assert "2026-10-25 02:30:00+01:00 Addition" in page


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_the_paper_is_the_one_asked_for(tmp_path: Path, paper: str, size: tuple[int, int]) -> None:
    written(tmp_path / "a.pdf", entries(100), Style(paper))
    for page in PdfReader(tmp_path / "a.pdf").pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == size


def test_figures_are_written_as_the_person_writes_them(tmp_path: Path) -> None:
    german = NumberFormat(decimal_mark=",", group_marks=".")
    written(tmp_path / "a.pdf", [entry(1, operands="0.5 + 1", response="1.5")], Style("A4", german), opening=1_234_56)
    assert "1.234,56" in pages_of(tmp_path / "a.pdf")[0]
    assert "0,5 + 1 = 1,5" in pages_of(tmp_path / "a.pdf")[0]


@pytest.mark.parametrize("apart", [True, False])
def test_groups_of_figures_stand_apart_without_a_sign_between_them(tmp_path: Path, apart: bool) -> None:
    found = [entry(1, operands="1234567 + 0.5", response="1234567.5")]
    show_groups(apart)
    try:
        written(tmp_path / "a.pdf", found)
    finally:
        show_groups(True)
    (page,) = pages_of(tmp_path / "a.pdf")
    assert ("1234567 + 0.5 = 1234567.5" in page) != apart  # pypdf takes any two pieces for two words
    assert "1234567+0.5=1234567.5" in page.replace(" ", ""), "there is a sign between them"


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext, of poppler-utils")
@pytest.mark.parametrize("order", [(), ("-raw",), ("-layout",)])
def test_a_viewer_copies_and_finds_figures_without_blanks(tmp_path: Path, order: tuple[str, ...]) -> None:
    found = [entry(1, operands="1234567 + 0.5", response="1234567.5")]
    written(tmp_path / "a.pdf", found)
    command = ["pdftotext", *order, str(tmp_path / "a.pdf"), "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "1234567 + 0.5 = 1234567.5" in told.stdout


@pytest.mark.parametrize("word", ["office", "affluent", "fish", "flat"])
def test_words_are_found_letter_by_letter(tmp_path: Path, word: str) -> None:
    found = [entry(1, operation=OperationType.CREDIT, operands=f"The {word} budget", amount=-100)]
    written(tmp_path / "a.pdf", found)
    (page,) = pages_of(tmp_path / "a.pdf")
    assert f"The {word} budget" in page


FRACTION = "".join(str(digit % 9 + 1) for digit in range(300))
LONG = [  # operands, result
    ("1 ÷ 3", "0." + "3" * 34),
    ("1 + " + "9" * 100, "1" + "0" * 100),
    (f"1 + 0.{FRACTION}", f"1.{FRACTION}"),
]


def joined(page: str) -> str:
    return page.replace(" ", "")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(("operands", "response"), LONG)
@pytest.mark.parametrize("deleted", [None, JULY])
def test_a_long_result_is_on_paper_to_the_last_digit(
    tmp_path: Path, operands: str, response: str, deleted: int | None, paper: str
) -> None:
    found = [entry(1, operands=operands, response=response, deleted_at=deleted), *entries(2)]
    written(tmp_path / "a.pdf", found, Style(paper))
    (page,) = pages_of(tmp_path / "a.pdf")
    assert "…" not in page
    assert f"{operands}={response}".replace(" ", "") in joined(page)
    assert "1 + 1 = 2" not in page
    assert "7 + 2 = 3" in page, "the next record is below it"


def test_a_number_goes_on_between_two_of_its_groups_and_an_expression_before_an_operator(tmp_path: Path) -> None:
    found = [entry(1, operands="123456789012 × 234567890123", response="9" * 100)]
    written(tmp_path / "a.pdf", found)
    lines = lines_of(tmp_path / "a.pdf")
    lines = lines[lines.index("Operandsandresult") + 1 :]
    assert lines[0] == "123456789012×234567890123"
    assert lines[1].startswith("=9")
    numbers = [line.lstrip("=") for line in lines[1:] if "9" in line]
    assert "".join(numbers) == "9" * 100
    assert all(len(number) % 3 == 0 for number in numbers[1:]), numbers


def lines_of(file: Path) -> list[str]:
    """The lines of operands and results of the first page, as they are seen, without blanks."""
    left, width = column(file)
    lines = ["".join(sign for x, sign in line if left - 1 < x < left + width) for line in lines_as_seen(file)]
    return [line for line in lines if line]


def column(file: Path) -> tuple[float, float]:
    """Where the operands begin and how wide their column is, in the file's own units."""
    lines = lines_as_seen(file)
    edge = next(line[0][0] for line in lines if plain(line).startswith("Metercalc"))
    head = next(line for line in lines if "Operandsandresult" in plain(line))
    left = head[plain(head).index("Operands")][0]
    return left, left - edge  # beside it stand the two columns before it, which are as wide


def test_a_record_longer_than_a_page_goes_on_on_the_next(tmp_path: Path) -> None:
    longest = "".join(str(digit % 9 + 1) for digit in range(1999))
    found = [*entries(3), entry(4, operands=f"{longest} + {longest}", response=longest), *entries(9)[4:]]
    ended = written(tmp_path / "a.pdf", found)
    pages = pages_of(tmp_path / "a.pdf")
    assert ended == Ended(len(pages), len(found))
    assert len(pages) > 3
    told = "".join(joined(page) for page in pages)
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
    assert sum(map(len, re.findall(r"\d{12,}", told))) > 5_900
    assert pages[0].count("2025-07-01 12:04:00") == 1
    assert not any("2025-07-01 12:04:00" in page for page in pages[1:])


def test_a_record_that_has_room_on_one_page_is_not_torn(tmp_path: Path) -> None:
    figures = "".join(str(digit % 9 + 1) for digit in range(300))
    written(tmp_path / "a.pdf", [*entries(22), entry(23, operands="1 + 1", response=figures)])
    first, second = pages_of(tmp_path / "a.pdf")
    assert "7 + 22 =" in first
    assert "12:23:00" not in first
    assert figures in joined(second)


REASONS = [
    "The office's affluent budget for travel to the far coast, approved by the committee (minutes, page 4).",
    "x" * 199 + "y",
    "W" * 25,
    "出張旅費の精算について、二〇二五年七月一日の委員会で承認された金額を振り込みました。",
    "出張旅費の精算についての委員会で承認された金額を振",  # short by its number of signs
]


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_on_paper_whole_and_inside_its_column(tmp_path: Path, reason: str) -> None:
    if not reason.isascii() and not QFontDatabase.families(QFontDatabase.WritingSystem.Japanese):
        pytest.skip("no font of this machine has the signs")
    found = [entry(1, operation=OperationType.CREDIT, operands=reason, response="", amount=-100)]
    written(tmp_path / "a.pdf", found)
    (page,) = pages_of(tmp_path / "a.pdf")
    assert joined(reason) in joined(page)
    for word in reason.split():
        assert word in page or len(reason.split()) == 1
    left, width = column(tmp_path / "a.pdf")
    lines = lines_as_seen(tmp_path / "a.pdf")
    record = next(place for place, line in enumerate(lines) if "12:01:00" in plain(line))
    signs = [x for line in lines[record:-1] for x, sign in line if left < x and sign.isalpha() and sign in reason]
    assert signs
    assert max(signs) < left + width * 0.96


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext, of poppler-utils")
@pytest.mark.parametrize("reason", REASONS)
def test_a_viewer_finds_every_word_of_a_long_reason(tmp_path: Path, reason: str) -> None:
    found = [entry(1, operation=OperationType.CREDIT, operands=reason, response="", amount=-100)]
    written(tmp_path / "a.pdf", found)
    told = subprocess.run(["pdftotext", str(tmp_path / "a.pdf"), "-"], capture_output=True, text=True, check=True)
    assert joined(reason) in "".join(told.stdout.split())


@pytest.mark.parametrize("length", [20, 200])
def test_a_random_string_is_on_paper_to_its_last_sign(tmp_path: Path, length: int) -> None:
    drawn = ("lI0Ox7Kp" * 25)[:length]
    found = [entry(1, operation=OperationType.RANDOM_STRING, operands="", response=drawn, source=Source.LOCAL)]
    written(tmp_path / "a.pdf", found)
    assert drawn in joined(pages_of(tmp_path / "a.pdf")[0])


def test_a_long_address_is_on_every_page_with_all_its_hyphens(tmp_path: Path) -> None:
    address = "a-person.of+many-words" * 8 + "@office-of-the-north.example.org"
    written(tmp_path / "a.pdf", entries(100), username=address)
    pages = pages_of(tmp_path / "a.pdf")
    assert all(address in joined(page) for page in pages)
    assert all("2025-07-01 to 2025-08-01" in page for page in pages)
    for page in PdfReader(tmp_path / "a.pdf").pages:
        assert not re.search(r"-\s*\n", page.extract_text()), "a reader takes a hyphen at a line's end away"


def test_money_is_written_smaller_where_it_does_not_fit(tmp_path: Path) -> None:
    written(tmp_path / "a.pdf", [entry(1, operands="1 + " + "9" * 100, user_balance=10**15, amount=10**15)])
    assert "10,000,000,000,000.00" in pages_of(tmp_path / "a.pdf")[0]


@pytest.mark.parametrize("language", ["de", "es", "fr", "pt_BR", "pl"])
def test_no_word_is_cut_in_any_language(tmp_path: Path, language: str) -> None:
    speak(language, resources.path(f"languages/{language}.mo"))
    try:
        kinds = [one for one in OperationType if one is not OperationType.CREDIT]
        found = [entry(number, operation=kind) for number, kind in enumerate(kinds, 1)]
        charges = tuple(OperationSum(kind, 1, 10_00) for kind in kinds)
        written(tmp_path / "a.pdf", found, charges=charges, contiguous=False)
        names = [operation_name(kind) for kind in kinds]
    finally:
        speak(SOURCE)
    text = " ".join(pages_of(tmp_path / "a.pdf"))
    assert "…" not in text
    assert all(text.count(name) >= 2 for name in names)


def test_records_that_change_between_the_two_readings_make_no_statement(tmp_path: Path) -> None:
    short, long = entries(60), [entry(number, response="9" * 300) for number in range(1, 61)]
    readings = iter([short, long])
    with pytest.raises(StoreDamaged):
        write_pdf(
            tmp_path / "a.pdf",
            report_of(short),
            lambda: iter([[raw_record(one) for one in next(readings)]]),
            ENGLISH,
            progress=lambda done, total: None,
            cancelled=lambda: False,
        )
    assert list(tmp_path.iterdir()) == []


def test_the_largest_sums_are_on_paper_to_the_last_digit(tmp_path: Path) -> None:
    most = 10**15
    found = [entry(1, operation=OperationType.CREDIT, operands="Everything", amount=-most, user_balance=most)]
    credits = OperationSum(OperationType.CREDIT, 1, most)
    written(tmp_path / "a.pdf", found, opening=0, closing=most, credits=credits, charges=())
    (page,) = pages_of(tmp_path / "a.pdf")
    assert page.count("10,000,000,000,000.00") == 5  # credits and closing balance, all credits, amount and balance


def test_it_is_painted_on_another_thread_than_the_windows(tmp_path: Path) -> None:
    ended: list[Ended] = []
    thread = threading.Thread(target=lambda: ended.append(written(tmp_path / "a.pdf", entries(200))))
    thread.start()
    thread.join(timeout=180)
    assert ended == [Ended(len(pages_of(tmp_path / "a.pdf")), 200)]


@pytest.mark.parametrize("was_there", [False, True])
def test_a_stopped_statement_leaves_what_was_there(tmp_path: Path, was_there: bool) -> None:
    file, found, told = tmp_path / "a.pdf", entries(200), []
    if was_there:
        file.write_text("before")
    with pytest.raises(Cancelled):
        write_pdf(
            file,
            report_of(found),
            lambda: iter([[raw_record(one) for one in found]]),
            ENGLISH,
            progress=lambda done, total: told.append((done, total)),
            cancelled=lambda: len(told) == 2,
        )
    assert [one.name for one in tmp_path.iterdir()] == [file.name] * was_there
    assert told[-1][1] == 200


def test_records_that_are_not_those_of_the_sums_make_no_statement(tmp_path: Path) -> None:
    found = entries(30)
    with pytest.raises(StoreDamaged):
        write_pdf(
            tmp_path / "a.pdf",
            report_of(found),
            lambda: iter([[raw_record(one) for one in found[1:]]]),
            ENGLISH,
            progress=lambda done, total: None,
            cancelled=lambda: False,
        )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told_in_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be written"):
        written(tmp_path / "gone" / "a.pdf", entries(1))


@pytest.fixture
def arabic(tmp_path: Path) -> Iterator[None]:
    """The program speaks Arabic, as far as one word goes."""
    file = tmp_path / "ar.mo"
    file.write_bytes(compiled("ar", {"Square root": "الجذر"}))
    speak("ar", file)
    yield
    speak(SOURCE)


def roots() -> list[Entry]:
    root = OperationType.SQUARE_ROOT
    return [
        entry(1, operation=root, operands="√2.25", response="1.5"),
        entry(
            2, operation=root, operands="√15241578750190521", response="123456789", amount=1_000_00, user_balance=7_00
        ),
        entry(3, operation=OperationType.SUBTRACTION, operands="3 - 8", response="-5", amount=-5_00, date=JULY + DAY),
    ]


def plain(line: list[tuple[float, str]]) -> str:
    return "".join(str(int(sign)) if sign.isdecimal() else sign for _, sign in line)


def check_equations(file: Path) -> None:
    seen = [plain(line).replace("٫", ".") for line in lines_as_seen(file)]
    for equation in ("√2.25=1.5", "√15241578750190521=123456789", "3−8=−5", "+5.00", "2025-07-02"):
        assert any(equation in line for line in seen), (equation, seen)


@pytest.mark.parametrize("name", ["en_US", "ar_EG", "fa_IR"])
def test_equations_on_paper_are_true_as_they_are_seen(tmp_path: Path, name: str) -> None:
    written(tmp_path / "a.pdf", roots(), Style("A4", number_format_of(QLocale(name))))
    check_equations(tmp_path / "a.pdf")


@pytest.mark.usefixtures("arabic")
@pytest.mark.parametrize("name", ["en_US", "ar_EG"])
def test_an_arabic_statement_is_mirrored_and_its_figures_stay_aligned(tmp_path: Path, name: str) -> None:
    fmt = replace(number_format_of(QLocale(name)), isolates=True)  # as in the mirrored window
    written(tmp_path / "a.pdf", roots(), Style("A4", fmt))
    check_equations(tmp_path / "a.pdf")
    lines = lines_as_seen(tmp_path / "a.pdf")
    records = [line for line in lines if any(sign in "=√" for _, sign in line)]
    assert all(line.index(_first_of(line, "=")) < line.index(_first_of(line, "-")) for line in records)  # dates right
    cents = {place for line in records for place, sign in line[: line.index(_first_of(line, "=√"))] if sign in ".٫"}
    assert len({round(place) for place in cents}) == 2  # of amounts, and of balances


@pytest.mark.usefixtures("arabic")
@pytest.mark.parametrize("deleted", [None, JULY])
@pytest.mark.parametrize("name", ["en_US", "ar_EG"])
def test_each_line_of_a_long_equation_is_in_order_on_a_mirrored_page(
    tmp_path: Path, name: str, deleted: int | None
) -> None:
    fmt = replace(number_format_of(QLocale(name)), isolates=True)
    figures = "123456789" * 10
    long = entry(1, operands=f"-{figures} - -{figures}", response=f"-{figures}", deleted_at=deleted)
    written(tmp_path / "a.pdf", [long], Style("A4", fmt))
    # Without the amounts beside it: how near they stand hangs on the fonts of the machine.
    seen = [re.sub(r"[\d,٬]*[.٫]\d\d(?!\d)", " ", plain(line)) for line in lines_as_seen(tmp_path / "a.pdf")]
    parts = [max(re.findall(r"[−=\d]+", line), key=len) for line in seen if re.search(r"\d{9}|−−|=−", line)]
    assert "".join(parts) == f"−{figures}−−{figures}=−{figures}", seen


def _first_of(line: list[tuple[float, str]], signs: str) -> tuple[float, str]:
    return next(one for one in line if one[1] in signs)
