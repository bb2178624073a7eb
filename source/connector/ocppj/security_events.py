"""Which security events have to reach the central system, and are worth a warning.

1.6: security whitepaper, section 6; 2.x: part 2, appendix 1.
"""

from __future__ import annotations

CRITICAL = frozenset(
    {
        "FirmwareUpdated",
        "MaintenanceLoginAccepted",
        "MaintenanceLoginFailed",
        "MemoryExhaustion",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "TamperDetectionActivated",
    }
)
"""Those that the tables of security events call so (2.1 knows two more)."""
