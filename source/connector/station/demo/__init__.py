"""The small demonstration station; to be replaced."""
