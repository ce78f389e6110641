"""One domain value in, one part of a page out."""
