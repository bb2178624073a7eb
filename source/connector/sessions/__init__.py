"""A live conversation with one peer: the session engine and its links."""
