"""What lives on the server's loop, put together from all rooms below."""

from connector.server.server import Server

__all__ = ["Server"]
