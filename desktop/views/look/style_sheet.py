"""The style sheet: every kind of widget in the colours of one scheme, at the scales' spaces. It sets nothing."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics

from desktop.system import resources
from desktop.views.look.colours import Colours, is_dark
from desktop.views.look.scales import CHIP_RADIUS, LARGE, MEDIUM, RADIUS, SMALL, TIGHT, WIDE, font

_LEADING = 2  # above and below the text of a field and of a button, beside their padding


def style_sheet(c: Colours) -> str:
    """For the whole application."""
    scheme = "dark" if is_dark(c) else "light"
    chevron = resources.path(f"icons/chevron-{scheme}.svg").as_posix()
    chevron_up = resources.path(f"icons/chevron-up-{scheme}.svg").as_posix()
    check = resources.path(f"icons/check-{scheme}.svg").as_posix()
    line = QFontMetrics(font()).height() + _LEADING  # one height for every kind of field
    return f"""
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QToolTip {{ color: {c.text}; background: {c.raised}; border: 1px solid {c.border}; padding: {TIGHT}px; }}
    QLabel[role="muted"] {{ color: {c.muted}; }}
    QLabel[role="negative"] {{ color: {c.negative}; }}
    QLabel[role="positive"] {{ color: {c.positive}; }}
    QLabel[role="warning"] {{ color: {c.warning}; }}
    QFrame[role="card"] {{ background: {c.raised}; border: 1px solid {c.border}; border-radius: {RADIUS}px; }}
    QFrame[role="banner"] {{ background: {c.warning_surface}; border-bottom: 1px solid {c.border}; }}
    QFrame[role="bar"] {{ background: {c.sunken}; border: 1px solid {c.border}; border-radius: {RADIUS}px; }}
    QFrame[role="header"] {{ background: {c.raised}; border-bottom: 1px solid {c.border}; }}
    QLineEdit, QComboBox, QSpinBox, QDateEdit {{
        background: {c.raised}; color: {c.text}; border: 1px solid {c.edge}; border-radius: {RADIUS}px;
        padding: {TIGHT + 2}px {SMALL}px; selection-background-color: {c.selection}; selection-color: {c.text};
        min-height: {line}px;
    }}
    QSpinBox, QDateEdit {{ max-height: {line}px; }}
    QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus {{
        border: 2px solid {c.accent}; padding: {TIGHT + 1}px {SMALL - 1}px;
    }}
    QPlainTextEdit {{ background: {c.raised}; border: 1px solid {c.edge}; border-radius: {RADIUS}px; }}
    QPlainTextEdit:focus {{ border: 2px solid {c.accent}; }}
    QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDateEdit:disabled {{ color: {c.muted}; }}
    QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: 20px; }}
    QDateEdit[mirrored="true"]::drop-down {{ subcontrol-origin: padding; subcontrol-position: center left; }}
    QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url("{chevron}"); width: 12px; height: 12px; }}
    QComboBox {{ combobox-popup: 0; }}
    QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.border}; }}
    QComboBox QAbstractItemView::item {{ min-height: {max(line, WIDE)}px; padding: 0 {TIGHT}px; }}
    QComboBox QAbstractItemView::item:selected {{ background: {c.selection}; color: {c.text}; }}
    QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
    QPushButton, QToolButton {{
        background: {c.raised}; color: {c.text}; border: 1px solid {c.edge}; border-radius: {RADIUS}px;
        padding: {TIGHT + 3}px {MEDIUM}px;
    }}
    QToolButton {{ padding: {TIGHT + 2}px {SMALL}px; }}
    QToolButton[role="small"] {{ padding: 0 {SMALL}px; }}
    QPushButton:hover, QToolButton:hover {{ background: {c.sunken}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {c.selection}; }}
    QToolButton:checked {{ background: {c.selection}; border-color: {c.accent}; }}
    QPushButton:focus {{ border: 2px solid {c.accent}; padding: {TIGHT + 2}px {MEDIUM - 1}px; }}
    QToolButton:focus {{ border: 2px solid {c.accent}; padding: {TIGHT + 1}px {SMALL - 1}px; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {c.muted}; background: {c.surface}; }}
    QPushButton[role="primary"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
    QPushButton[role="primary"]:focus {{
        background: {c.selection}; color: {c.text}; border: 2px solid {c.accent};
    }}
    QPushButton[role="primary"]:disabled {{ background: {c.sunken}; color: {c.muted}; border-color: {c.border}; }}
    QPushButton[kind] {{ padding-left: {TIGHT}px; padding-right: {TIGHT}px; }}
    QPushButton[kind="operation"] {{ padding-bottom: {MEDIUM}px; background: {c.operation}; }}
    QPushButton[kind="operation"]:focus {{ padding-bottom: {MEDIUM - 1}px; }}
    QLineEdit[role="invalid"] {{ border: 1px solid {c.negative}; }}
    QLineEdit[role="invalid"]:focus {{ border: 2px solid {c.negative}; }}
    QToolButton[role="chip"] {{
        border-radius: {CHIP_RADIUS}px; padding: {TIGHT}px {MEDIUM}px; background: transparent; color: {c.muted};
    }}
    QToolButton[role="chip"]:hover {{ background: {c.sunken}; }}
    QToolButton[role="chip"]:checked {{ background: {c.selection}; border-color: {c.accent}; color: {c.text}; }}
    QToolButton[role="chip"]:focus {{ border: 2px solid {c.accent}; padding: {TIGHT - 1}px {MEDIUM - 1}px; }}
    QToolButton::menu-indicator {{
        image: url("{chevron}"); subcontrol-origin: padding; subcontrol-position: right center; right: {TIGHT + 2}px;
        width: 12px; height: 12px;
    }}
    QToolButton[popupMode="2"] {{ padding-right: {WIDE}px; }}
    QPushButton[role="link"], QToolButton[role="link"] {{
        background: transparent; border: 1px solid transparent; color: {c.accent}; padding: {TIGHT}px;
    }}
    QPushButton[role="link"]:disabled, QToolButton[role="link"]:disabled {{
        color: {c.muted}; background: transparent;
    }}
    QPushButton[role="link"]:focus, QToolButton[role="link"]:focus {{
        border: 2px solid {c.accent}; padding: {TIGHT - 1}px;
    }}
    QCheckBox, QRadioButton {{ border: 2px solid transparent; border-radius: {TIGHT}px; padding: 1px; }}
    QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {c.accent}; }}
    QCheckBox::indicator {{
        width: 14px; height: 14px; border: 1px solid {c.muted}; border-radius: 3px; background: {c.raised};
    }}
    QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent}; image: url("{check}"); }}
    QCheckBox::indicator:disabled {{ border-color: {c.border}; background: {c.surface}; }}
    QTableView#records_table, QTableView[role="sheet"], QListView#tape_view {{
        outline: 0; background: {c.raised}; alternate-background-color: {c.surface}; border: 1px solid {c.border};
        border-radius: {RADIUS}px; gridline-color: transparent; selection-background-color: {c.selection};
        selection-color: {c.text};
    }}
    QTableView#records_table:focus, QTableView[role="sheet"]:focus, QListView#tape_view:focus {{
        border: 1px solid {c.accent};
    }}
    QTableView#records_table::item, QTableView[role="sheet"]::item, QListView#tape_view::item {{
        padding: {TIGHT}px {SMALL}px;
    }}
    QTableView#records_table::item:selected, QTableView[role="sheet"]::item:selected,
    QListView#tape_view::item:selected {{
        border: 0 solid {c.accent}; border-top-width: 1px; border-bottom-width: 1px;
        padding: {TIGHT - 1}px {SMALL}px;
    }}
    QTableView#records_table::item:focus, QTableView[role="sheet"]::item:focus, QListView#tape_view::item:focus {{
        border: 2px solid {c.accent}; padding: {TIGHT - 2}px {SMALL - 2}px;
    }}
    QListView[role="pages"] {{ background: transparent; border: none; outline: 0; }}
    QListView[role="pages"]::item {{
        padding: {SMALL}px; border: 2px solid transparent; border-radius: {RADIUS}px; color: {c.text};
    }}
    QListView[role="pages"]::item:selected {{ background: {c.selection}; }}
    QListView[role="pages"]::item:focus {{ border-color: {c.accent}; }}
    QCalendarWidget QAbstractItemView {{ background: {c.raised}; alternate-background-color: {c.surface}; }}
    QCalendarWidget QToolButton {{ padding: {TIGHT}px {SMALL}px; border-color: transparent; }}
    QCalendarWidget QToolButton:focus {{ border-color: {c.accent}; }}
    QCalendarWidget #qt_calendar_navigationbar {{ background: {c.surface}; }}
    QHeaderView {{ background: {c.raised}; border: none; }}
    QHeaderView::section {{
        background: {c.raised}; color: {c.muted}; border: none; border-bottom: 1px solid {c.border};
        padding: {TIGHT + 2}px {SMALL + 3}px;
    }}
    QTabWidget::pane {{ border: none; }}
    QTabBar::tab {{
        background: transparent; color: {c.muted}; border: 2px solid transparent; border-radius: {RADIUS}px;
        padding: {SMALL}px {MEDIUM}px; margin: {TIGHT}px;
    }}
    QTabBar::tab:hover {{ background: {c.sunken}; }}
    QTabBar::tab:selected {{ background: {c.selection}; color: {c.text}; }}
    QTabBar::tab:selected:focus {{ border-color: {c.accent}; }}
    QMenuBar {{ background: {c.raised}; color: {c.text}; }}
    QMenuBar::item {{ background: transparent; padding: {TIGHT}px {SMALL}px; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {c.selection}; color: {c.text}; }}
    QMenu {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.border}; padding: {TIGHT}px; }}
    QMenu::item {{ padding: {TIGHT}px {WIDE}px {TIGHT}px {LARGE}px; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QMenu::separator {{ height: 1px; background: {c.border}; margin: {TIGHT}px; }}
    QHeaderView::down-arrow {{ image: url("{chevron}"); width: 12px; height: 12px; }}
    QHeaderView::up-arrow {{ image: url("{chevron_up}"); width: 12px; height: 12px; }}
    QSplitter::handle {{ background: transparent; }}
    QStatusBar {{ background: {c.surface}; color: {c.muted}; }}
    QProgressBar {{ background: {c.sunken}; border: none; border-radius: 3px; max-height: 6px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {c.border}; border-radius: 5px; min-height: 24px; min-width: 24px; }}
    QScrollBar::handle:disabled {{ background: transparent; }}
    QScrollBar::handle:hover {{ background: {c.muted}; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
