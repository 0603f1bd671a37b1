"""How everything looks and sounds: colours, icons, layouts, number formats, announcements."""
