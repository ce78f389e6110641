"""What several pages draw: tables, notices, downloads, the frame."""
