"""Scenarios: what stations do, and what they have to see, in YAML."""

from connector.station.scenarios.reading import read
from connector.station.scenarios.results import Outcome, Result
from connector.station.scenarios.runner import RunnerOptions, run
from connector.station.scenarios.scenario import Scenario
from connector.station.scenarios.shelf import Choice, find, names

__all__ = [
    "Choice",
    "Outcome",
    "Result",
    "RunnerOptions",
    "Scenario",
    "find",
    "names",
    "read",
    "run",
]
