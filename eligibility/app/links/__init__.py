"""What a link opens: plain pages for a phone, without a script, for whoever has the link."""
