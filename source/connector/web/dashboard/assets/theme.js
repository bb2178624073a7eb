// @ts-check
// Runs before anything is painted: a page that was made dark is never white first.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark")
    document.documentElement.dataset.theme = theme;
} catch (_) {
  // A browser that keeps nothing: the system's theme is used.
}
