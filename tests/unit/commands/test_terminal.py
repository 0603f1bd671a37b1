"""The three streams and the display: read line by line, never hang, never tell half."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest

from desktop.commands import display
from desktop.commands.tables import aligned, shortened
from desktop.commands.terminal import MAX_LINE_BYTES, Input, Output
from desktop.terms.errors import BadInput, NoDisplay, OutOfBounds


def lines(content: bytes) -> list[str | type[BadInput]]:
    found = Input(io.BytesIO(content)).groups()
    return [type(line) if isinstance(line, BadInput) else line for group in found for line in group]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a\r\nb", ["a", "b"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", ["a", "\ufeffb"]),
        (b"a\n\xff\nb\n", ["a", BadInput, "b"]),
        (b"x" * (MAX_LINE_BYTES - 1) + b"\nb\n", ["x" * (MAX_LINE_BYTES - 1), "b"]),
        (b"x" * MAX_LINE_BYTES + b"\nb\n", [OutOfBounds, "b"]),
        (b"x" * (3 * MAX_LINE_BYTES), [OutOfBounds]),
        (b"x" * MAX_LINE_BYTES, [OutOfBounds]),
    ],
)
def test_lines_come_one_by_one_and_a_bad_one_spoils_no_other(content: bytes, expected: list[object]) -> None:
    assert lines(content) == expected


def test_the_password_is_the_first_line_with_its_spaces() -> None:
    source = Input(io.BytesIO("\ufeff a b \r\nrest\n".encode()))
    assert source.password(from_stdin=True) == " a b "
    assert list(source.groups()) == [["rest"]]


def test_what_has_come_is_given_together_and_nothing_is_waited_for() -> None:
    reading, writing = os.pipe()
    with open(reading, "rb") as stream, open(writing, "wb", buffering=0) as pipe:
        groups = Input(stream).groups()
        pipe.write(b"a\nb\nhalf")
        assert next(groups) == ["a", "b"]
        pipe.write(b" of it\n")
        assert next(groups) == ["half of it"]
        pipe.write(b"the end")
        pipe.close()
        assert list(groups) == [["the end"]]


def test_gathered_answers_leave_together_and_before_a_note() -> None:
    class Stream(io.StringIO):
        def flush(self) -> None:
            left.append(self.getvalue())

    left: list[str] = []
    out, err = Stream(), io.StringIO()
    output = Output(out, err)
    with output.gathered():
        output.lines("1")
        output.lines("2")
        assert left == []
        output.note("no")
        assert (left, err.getvalue()) == (["1\n2\n"], "no\n")
        output.lines("3")
    assert left[-1] == "1\n2\n3\n"
    output.lines("4")
    assert left[-1].endswith("4\n")


def test_without_a_stream_there_is_no_password() -> None:
    for source in (Input(None), Input(io.BytesIO(b""))):
        with pytest.raises(BadInput):
            source.password(from_stdin=True)
        with pytest.raises(BadInput):
            source.password(from_stdin=False)


def test_a_display_must_be_named_and_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(display, "_X_SOCKET", str(tmp_path / "X"))
    with pytest.raises(NoDisplay, match="DISPLAY is not set"):
        display.require_display({}, "linux")
    with pytest.raises(NoDisplay, match="does not answer"):
        display.require_display({"DISPLAY": ":3.0"}, "linux")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "X3"))
        server.listen()
        display.require_display({"DISPLAY": ":3.0"}, "linux")
    for environ in ({"WAYLAND_DISPLAY": "wayland-0"}, {"QT_QPA_PLATFORM": "offscreen"}, {"DISPLAY": "far.example:0"}):
        display.require_display(environ, "linux")
    for platform in ("win32", "darwin"):
        display.require_display({}, platform)


def test_a_library_that_qt_misses_is_named() -> None:
    with pytest.raises(NoDisplay, match=r"libEGL\.so\.1: cannot open.*Nothing was charged"), display.qt_needed():
        raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    with pytest.raises(ModuleNotFoundError), display.qt_needed():
        raise ModuleNotFoundError("No module named 'PySide6'")


def test_tables_line_up_for_the_eye() -> None:
    table = aligned(("name", "amount"), [("日本", "1.00"), ("e\u0301", "−10.00")], right={1})
    assert table == ["name  amount", "日本    1.00", "e\u0301     −10.00"]
    assert shortened("12345", 5) == "12345"
    assert shortened("123456", 5) == "1234…"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("日本語", 6),
        ("ﾆﾎﾝ", 3),
        ("e\u0301", 1),
        ("☕\ufe0f", 2),
        ("한", 2),
        ("\u1112\u1161\u11ab", 2),
        ("a\u200db", 2),
        ("√−≈", 3),
    ],
)
def test_a_column_is_as_wide_as_its_widest_text_is_shown(text: str, columns: int) -> None:
    head, row, other = aligned(("", "x"), [(text, "1"), ("#" * 8, "2")])
    assert head == " " * 8 + "  x"
    assert row == text + " " * (8 - columns) + "  1"
    assert other == "########  2"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("日本語日本語", "日本…"),
        ("日本語", "日本語"),
        ("a日本語", "a日本…"),
        ("e\u0301" * 6, "e\u0301" * 6),
        ("abcdefg", "abcde…"),
    ],
)
def test_a_long_text_is_shortened_to_columns(text: str, shown: str) -> None:
    assert shortened(text, 6) == shown
