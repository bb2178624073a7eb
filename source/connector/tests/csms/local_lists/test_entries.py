"""What differs between two lists."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.csms import local_list_entries as lists

Json = dict[str, Any]


TAGS = st.sampled_from(["a", "A", "b", "bB", "BB", "c", "d"])
INFOS = st.sampled_from(
    [{"status": "Accepted"}, {"status": "Blocked"}, {"status": "Accepted", "x": 1}]
)
LISTS = st.dictionaries(TAGS, INFOS).map(
    lambda found: [
        {"idTag": tag, "idTagInfo": info}
        for tag, info in {t.lower(): (t, i) for t, i in found.items()}.values()
    ]
)


def meaning(entries: list[Json]) -> dict[str, Json]:
    return {entry["idTag"].lower(): entry["idTagInfo"] for entry in entries}


@given(LISTS, LISTS)
def test_a_change_makes_the_new_list_of_the_old_one(
    old: list[Json], new: list[Json]
) -> None:
    change = lists.difference(old, new)
    assert meaning(lists.applied(old, change)) == meaning(new)
    assert len({entry["idTag"].lower() for entry in change}) == len(change)


@given(LISTS, LISTS, st.integers(1, 4))
def test_a_change_in_pieces_makes_the_new_list_too(
    old: list[Json], new: list[Json], most: int
) -> None:
    entries = old
    for part in lists.parts(lists.difference(old, new), most):
        assert len(part) <= most
        entries = lists.applied(entries, part)
        assert len(entries) <= max(len(old), len(new))
    assert meaning(entries) == meaning(new)


@given(LISTS, LISTS)
def test_a_station_that_minds_case_gets_the_new_list_too(
    old: list[Json], new: list[Json]
) -> None:
    strict = {entry["idTag"]: entry["idTagInfo"] for entry in old}
    for change in lists.difference(old, new):
        if "idTagInfo" in change:
            strict[change["idTag"]] = change["idTagInfo"]
        else:
            del strict[change["idTag"]]
    assert {tag.lower(): info for tag, info in strict.items()} == meaning(new)
    assert len(strict) == len(new)


@given(LISTS)
def test_nothing_differs_from_itself(entries: list[Json]) -> None:
    assert lists.difference(entries, entries[::-1]) == []
