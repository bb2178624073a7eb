"""`scripts/local.py`, which is no part of the package, as a module."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

LOCAL = Path(__file__).resolve().parents[4] / "scripts" / "local.py"


@pytest.fixture(scope="session")
def local() -> ModuleType:
    spec = importlib.util.spec_from_file_location("local", LOCAL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["local"] = module
    with pytest.MonkeyPatch.context() as patched:
        # As where it is run, it finds what stands beside it.
        patched.syspath_prepend(str(LOCAL.parent))
        spec.loader.exec_module(module)
    return module
