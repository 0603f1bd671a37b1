"""The main window around the calculator and the records: header, menus, banner, status bar."""
