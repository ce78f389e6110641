"""The year on the screen."""
