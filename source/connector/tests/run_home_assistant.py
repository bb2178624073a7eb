"""Run by the Python of an environment that has Home Assistant: the command ``hass``.

It asks for the Python of its image (3.13.2), and runs with any 3.13.
"""

from __future__ import annotations

import sys

import homeassistant.const

homeassistant.const.REQUIRED_PYTHON_VER = (3, 13, 0)

from homeassistant.__main__ import main  # noqa: E402

sys.exit(main())
