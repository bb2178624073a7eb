"""Containers of the image that do one thing and are gone."""

from __future__ import annotations

import docker

A_USER = "4711:4711"
"""One that no image knows, without a home."""


def in_image(
    client: docker.DockerClient, image: str, *command: str, **settings: str
) -> tuple[int, str]:
    """Exit code and output of a container, run by a user without a home."""
    entrypoint = {"entrypoint": command[0]} if command else {}
    container = client.containers.create(
        image, command[1:], environment=settings, user=A_USER, **entrypoint
    )
    try:
        container.start()
        code: int = container.wait(timeout=60)["StatusCode"]
        return code, container.logs().decode().strip()
    finally:
        container.remove(force=True, v=True)
