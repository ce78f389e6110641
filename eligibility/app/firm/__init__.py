"""One firm: its verdict, conditions, score, gaps and plan."""
