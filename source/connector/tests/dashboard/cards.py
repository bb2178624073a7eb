"""What tests do and see in the card of a connector on a station's page."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect


def badge(place: Locator, text: str) -> Locator:
    """A state in words, beside its shape."""
    return place.locator(".badge").filter(has_text=text)


class Card:
    """The first connector of a station."""

    def __init__(self, page: Page, version: str = "1.6") -> None:
        self.page = page
        self.name = "Connector 1" if version == "1.6" else "EVSE 1"
        self.own = page.get_by_role("region", name=self.name, exact=True)
        self.limit_form = self.own.get_by_role("form", name=f"Limit of {self.name}")

    def button(self, text: str) -> Locator:
        """``Set the limit of``, ``Stop charging at``.. this connector."""
        return self.own.get_by_role("button", name=f"{text} {self.name}", exact=True)

    async def fill(self, number: str, unit: str = "kW") -> None:
        """Type a limit."""
        await self.limit_form.get_by_label("New limit").fill(number)
        await self.limit_form.get_by_label("Unit").select_option(unit)

    async def limit(self, number: str, unit: str = "kW") -> None:
        """Set a limit."""
        await self.fill(number, unit)
        await self.button("Set the limit of").click()

    async def limit_in_force(self, number: str, told: str, unit: str = "kW") -> None:
        """Set a limit, and wait until it is in force: ``"4.14", "4.14 kW"``."""
        await self.limit(number, unit)
        await self.expect_steps(In_force=f"done: {told}")

    async def expect_steps(self, **steps: str) -> None:
        """How far a limit is: ``Sent="done"``, ``In_force="done: 4.14 kW"``.

        ``Asked=": no limit"``: it has not come so far.
        """
        for each, told in steps.items():
            word = each.replace("_", " ")
            state, _, more = told.partition(": ")
            step = self.own.get_by_role("listitem").filter(has_text=f"{word}, ")
            await expect(step).to_contain_text(f"{word}, {state}:" if state else word)
            await expect(step).to_contain_text(more)
