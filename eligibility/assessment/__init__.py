"""Assessment: the law applied to a table of firms (findings, score, gaps, ladder, records)."""
