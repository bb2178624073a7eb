"""What happens, as it happens: server-sent events for pages and programs."""
