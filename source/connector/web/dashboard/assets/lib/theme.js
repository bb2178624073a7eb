// @ts-check
/** Light, dark, or as the system is ("auto"); kept in this browser. */
import { signal } from "@preact/signals";

const CHOICES = ["auto", "light", "dark"];

/** What is chosen. */
export const theme = signal(document.documentElement.dataset.theme ?? "auto");

/** The next of them. */
export function nextTheme() {
  const next = CHOICES[(CHOICES.indexOf(theme.value) + 1) % CHOICES.length];
  theme.value = next;
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("theme", next);
  } catch (_) {
    // A browser that keeps nothing: it holds until the page is closed.
  }
}
