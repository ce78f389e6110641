"""From a sentence about a product to the codes of the catalogue that may hold it."""
