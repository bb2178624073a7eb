// @ts-check
/** Light, dark, or as the system is ("auto"); kept in this browser. theme.js applies it. */
import { signal } from "@preact/signals";

const CHOICES = ["auto", "light", "dark"];
const root = document.documentElement;

/** What is chosen. */
export const theme = signal(root.dataset.themeChoice ?? "auto");

/** The next of them. */
export function nextTheme() {
  const next = CHOICES[(CHOICES.indexOf(theme.value) + 1) % CHOICES.length];
  theme.value = next;
  root.dataset.themeChoice = next;
  try {
    localStorage.setItem("theme", next);
  } catch (_) {
    // A browser that keeps nothing: it holds until the page is closed.
  }
}
