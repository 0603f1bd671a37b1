"""The insights: charts of the balance and of what was spent, drawn with Qt's own painter. Imported when first shown."""
