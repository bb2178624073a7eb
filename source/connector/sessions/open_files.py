"""As many open files as the system lets us have: every station is one."""

from __future__ import annotations

import logging
import resource

logger = logging.getLogger(__name__)

_ENOUGH = 10_000


def raise_open_files() -> int:
    """Raise this process's limit to the most it may be; a shortage is named."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else max(soft, 1_048_576)
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError) as problem:
            logger.warning("the limit of open files stays %d: %s", soft, problem)
    if soft < _ENOUGH:
        logger.warning(
            "%d files may be open, about as many stations can connect; raise it with "
            "ulimit -n or the container's ulimits",
            soft,
        )
    return soft
