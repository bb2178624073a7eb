"""The files of docs/examples, as their programs read them, at a real connector."""
