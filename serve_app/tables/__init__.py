"""Tables: from a model's text to a ChartTable, out to Markdown, CSV and HTML, and measured against a gold table."""
