"""A file of firms on the screen."""
