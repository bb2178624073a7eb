"""The queue on disk: order, ends of processes, half lines, bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.station.client.journal import NAME, Entry, Journal
from connector.station.core.events import Reported, SessionEvent
from connector.station.core.session import Sample, Session
from connector.station.ports import Reading, Token

T0_MS = 1_780_000_000_000
CARD = Token("CARD-1", "ISO14443")


def session(key: str = "a") -> Session:
    return Session(key, 1, 1, CARD, started_ms=T0_MS, meter_start_wh=1000.0)


def event(of: Session, kind: str, number: int, wh: float = 1000.0) -> SessionEvent:
    return SessionEvent(
        of,
        kind,
        "MeterValuePeriodic",
        T0_MS + number * 1000,
        number,
        "Charging",
        reading=Reading(wh, 11_000.0, (16.0, 16.0, 16.0), state_of_charge=0.5),
        measurands=("Energy.Active.Import.Register",),
    )


def again(path: Path) -> Journal:
    """What the next process finds."""
    found = Journal(path)
    found.load()
    return found


def waiting(journal: Journal) -> list[tuple[str, int]]:
    found = []
    for entry in journal.entries():
        assert isinstance(entry.event, SessionEvent)
        found.append((entry.event.kind, entry.event.number))
    return found


def head(journal: Journal) -> Entry:
    found = journal.head
    assert found is not None
    return found


def test_what_waits_is_found_by_the_next_process_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / NAME
    before = Journal(path)
    before.load()
    charged = session()
    sample = Sample(T0_MS, Reading(1200.0), ("Voltage",), "Sample.Clock")
    ended = SessionEvent(
        charged, "Ended", "StopAuthorized", T0_MS + 9, 2, "Idle", token=CARD,
        stopped_reason="Local", is_offline=True, samples=(sample,),
    )  # fmt: skip
    events = [event(charged, "Started", 0), event(charged, "Updated", 1, 1500.5), ended]
    for each in events:
        before.put(each)

    assert [entry.event for entry in again(path).entries()] == events


def test_a_report_outlives_the_process_too(tmp_path: Path) -> None:
    path = tmp_path / NAME
    told = Reported("SecurityEventNotification", {"type": "TamperDetection"}, T0_MS)
    Journal(path).put(told)

    assert head(again(path)).event == told


def test_what_was_answered_is_not_there_again(tmp_path: Path) -> None:
    path = tmp_path / NAME
    before = Journal(path)
    charged = session()
    first = before.put(event(charged, "Started", 0))
    before.put(event(charged, "Updated", 1))
    before.done(first)

    assert waiting(again(path)) == [("Updated", 1)]


def test_the_id_of_1_6_is_known_to_what_follows(tmp_path: Path) -> None:
    path = tmp_path / NAME
    before = Journal(path)
    charged = session()
    first = before.put(event(charged, "Started", 0))
    before.put(event(charged, "Ended", 1))
    charged.id_16 = 77
    before.done(first)

    for journal in (again(path), again(path)):
        last = head(journal).event
        assert isinstance(last, SessionEvent)
        assert last.session.id_16 == 77


def test_events_of_one_transaction_share_their_session(tmp_path: Path) -> None:
    path = tmp_path / NAME
    before = Journal(path)
    charged = session()
    before.put(event(charged, "Started", 0))
    before.put(event(charged, "Ended", 1))

    found = [entry.event for entry in again(path).entries()]
    assert isinstance(found[0], SessionEvent)
    assert isinstance(found[1], SessionEvent)
    assert found[0].session is found[1].session


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_half_a_line_costs_that_line_alone(tmp_path: Path, cut: int) -> None:
    path = tmp_path / NAME
    before = Journal(path)
    charged = session()
    before.put(event(charged, "Started", 0))
    before.put(event(charged, "Updated", 1))
    path.write_bytes(path.read_bytes()[:-cut])

    after = again(path)
    assert waiting(after) == [("Started", 0)]
    after.put(event(charged, "Ended", 2))
    assert waiting(again(path)) == [("Started", 0), ("Ended", 2)]


def test_rubbish_between_lines_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / NAME
    Journal(path).put(event(session(), "Started", 0))
    rubbish = b'\x00\xff\n{"n": 7}\n[]\n{"n": 8, "e": {"key": "nobody"}}\n{"d": "x"}\n'
    path.write_bytes(rubbish + path.read_bytes() + rubbish)

    assert waiting(again(path)) == [("Started", 0)]


def test_numbers_go_on_where_they_ended(tmp_path: Path) -> None:
    path = tmp_path / NAME
    before = Journal(path)
    before.done(before.put(event(session(), "Started", 0)))

    after = again(path)
    assert after.put(event(session("b"), "Started", 0)).number == 2


def test_the_file_shrinks_when_all_is_told(tmp_path: Path) -> None:
    path = tmp_path / NAME
    journal = Journal(path, is_durable=False)
    charged = session()
    for number in range(1200):
        journal.done(journal.put(event(charged, "Updated", number)))

    assert path.stat().st_size < 400_000
    assert waiting(again(path)) == []


def test_samples_give_way_and_ends_never_do() -> None:
    journal = Journal(None, limit=4)
    charged = session()
    journal.put(event(charged, "Started", 0))
    for number in range(1, 8):
        journal.put(event(charged, "Updated", number))
    journal.put(event(charged, "Ended", 8))
    journal.put(event(session("b"), "Started", 0))

    assert waiting(journal) == [
        ("Started", 0),
        ("Updated", 7),
        ("Ended", 8),
        ("Started", 0),
    ]
    assert journal.dropped == 6


def test_where_only_starts_and_ends_wait_all_of_them_stay() -> None:
    journal = Journal(None, limit=2)
    for number in range(5):
        charged = session(str(number))
        journal.put(event(charged, "Started", 0))
        journal.put(event(charged, "Ended", 1))

    assert len(journal) == 10


def test_who_had_not_ended_is_known_after_the_power_was_gone(tmp_path: Path) -> None:
    path = tmp_path / NAME
    before = Journal(path)
    before.load()
    charged = session()
    for each in (event(charged, "Started", 0), event(charged, "Updated", 1, 2345.0)):
        before.done(before.put(each))
    before.done(before.put(event(session("b"), "Started", 0)))
    before.done(before.put(event(session("b"), "Ended", 1)))

    for journal in (again(path), again(path)):
        (found,) = journal.open_transactions()
        assert (found.session.key, found.number) == ("a", 1)
        assert found.energy_wh == 2345.0
        assert found.session.token == CARD


def test_a_disk_that_is_full_keeps_nobody_from_charging(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "folder" / NAME
    journal = Journal(path)
    charged = session()
    journal.put(event(charged, "Started", 0))
    journal.put(event(charged, "Updated", 1))

    assert waiting(journal) == [("Started", 0), ("Updated", 1)]
    assert len([r for r in caplog.records if "in memory" in r.getMessage()]) == 1


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / NAME
    Journal(path).put(event(session(), "Started", 0))

    assert path.stat().st_mode & 0o077 == 0
