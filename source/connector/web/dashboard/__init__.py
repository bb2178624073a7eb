"""The dashboard: its files, and the way in."""
