// @ts-check
// Runs before anything is painted: a page that was made dark is never white first.
// `data-theme-choice` is what was chosen ("auto", "light", "dark"), `data-theme` what it
// comes to: style sheets and plots need to know nothing else.
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const resolve = () => {
    const choice = root.dataset.themeChoice;
    const isDark = choice === "auto" ? system.matches : choice === "dark";
    root.dataset.theme = isDark ? "dark" : "light";
  };
  let kept = null;
  try {
    kept = localStorage.getItem("theme");
  } catch (_) {
    // A browser that keeps nothing: the system's theme is used.
  }
  root.dataset.themeChoice = kept === "light" || kept === "dark" ? kept : "auto";
  resolve();
  system.addEventListener("change", resolve);
  new MutationObserver(resolve).observe(root, { attributeFilter: ["data-theme-choice"] });
}
