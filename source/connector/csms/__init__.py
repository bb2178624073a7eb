"""What the central system does, one file per functional block."""
