"""The control pilot as Josev has to see it (IEC 61851-1, annex A). Pure."""

from __future__ import annotations

from typing import Any

from connector.station.josev.post import BASIC, Post
from connector.station.ports import Demand

_DIGITAL_DUTY, _NO_PWM = 5.0, 100.0
_VOLTS = {"A": 12.0, "B": 9.0, "C": 6.0, "D": 3.0, "E": 0.0, "F": -12.0}
_LOW = -12.0
_MOST_DUTY = 97.0


def duty_of(amperes: float) -> float:
    """The duty cycle that offers a current, in percent; 100: none."""
    if amperes < 6:
        return _NO_PWM
    duty = amperes / 0.6 if amperes <= 51 else amperes / 2.5 + 64
    return round(min(duty, _MOST_DUTY), 1)


def duty(post: Post, amperes: float) -> float:
    """What the pilot says to a vehicle: 5 % calls for communication."""
    if not post.is_plugged or not _is_of_use(post):
        return _NO_PWM
    if post.mode == BASIC:
        return duty_of(min(amperes, post.basic_a or amperes))
    return _DIGITAL_DUTY


def state(post: Post, duty_percent: float) -> str:
    """A1 to F."""
    if post.pilot_error:
        return post.pilot_error
    if post.evse is not None and post.evse.is_faulted():
        return "F"
    digit = "1" if duty_percent >= _NO_PWM else "2"
    if not post.is_plugged:
        return "A1"
    return ("C" if post.effective_demand is Demand.CHARGING else "B") + digit


def message(post: Post, shown: str, duty_percent: float) -> dict[str, Any]:
    """The data of `cp_status`."""
    volts = _VOLTS[shown[0]]
    has_pwm = shown.endswith("2")
    return {
        "evse_id": post.evse_id,
        "connector_id": post.evse.connector if post.evse is not None else 1,
        "state": shown,
        "max_voltage": volts,
        "min_voltage": _LOW if has_pwm else volts,
        "duty_cycle": duty_percent,
    }


def _is_of_use(post: Post) -> bool:
    return post.evse is None or post.evse.may_begin() or post.evse.is_running
