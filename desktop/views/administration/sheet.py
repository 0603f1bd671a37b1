"""A plain sheet of texts in rows and columns, sorted by any column. It knows nothing of what stands in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableView

from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.look import scales, theme

Index = QModelIndex | QPersistentModelIndex
KEY_ROLE = int(Qt.ItemDataRole.UserRole)
_ROW_LINES = 1.9


@dataclass(frozen=True, slots=True)
class Cell:
    """A text; `key` is what it is sorted by, the text itself where there is none. `role` names one of the colours."""

    text: str
    key: int | None = None
    role: str = ""


class SheetModel(QAbstractTableModel):
    """Rows of cells. `show` is its one mutator."""

    def __init__(self, heads: Sequence[str], figures: Collection[int] = ()) -> None:
        """`heads` are said when they are shown. `figures` are the columns whose texts are numbers, and stand on the
        right.
        """
        super().__init__()
        self._heads = tuple(heads)
        self._figures = frozenset(figures)
        self.rows: tuple[tuple[Cell, ...], ...] = ()

    def show(self, rows: Sequence[tuple[Cell, ...]]) -> None:
        """Replace what is shown."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._heads)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return say(self._heads[section])
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.rows[index.row()][index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return cell.text
        if role == KEY_ROLE:
            return cell.text.casefold() if cell.key is None else cell.key
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == Qt.ItemDataRole.FontRole and index.column() in self._figures:
            return scales.font(figures=True)
        if role == Qt.ItemDataRole.ForegroundRole and cell.role:
            return QColor(getattr(theme.colours(), cell.role))
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        figures = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
        side = figures if column in self._figures else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class Sheet(QTableView):
    """Shows one such model; whole rows are chosen."""

    def __init__(self, name: str, spoken: str, model: SheetModel, *, stretch: int, sortable: bool = True) -> None:
        """`stretch` is the column that takes the room that the others leave."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        theme.set_role(self, "sheet")
        self._model = model
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(model)
        self.proxy.setSortRole(KEY_ROLE)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.proxy.setFilterKeyColumn(-1)
        self.setModel(self.proxy)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab leaves the table
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(int(self.fontMetrics().height() * _ROW_LINES))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
        if sortable:
            self.setSortingEnabled(True)
            self.sortByColumn(0, Qt.SortOrder.AscendingOrder)

    def chosen(self) -> list[int]:
        """The rows of the model that are chosen, from the top as they are shown."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.proxy.mapToSource(self.proxy.index(row, 0)).row() for row in rows]

    def choose(self, row: int) -> None:
        """Choose one row of the model."""
        self.selectRow(self.proxy.mapFromSource(self._model.index(row, 0)).row())
