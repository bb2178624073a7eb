// @ts-check
/** What is around every page: navigation, the bar of the connection, dialogs, messages. */
import { html, useEffect, useErrorBoundary, useRef, useState } from "../lib/html.js";
import { isLetIn, logOut } from "../lib/api.js";
import { arrive, turn } from "../lib/back.js";
import { href, route } from "../lib/router.js";
import { hello, link } from "../lib/state.js";
import { nextTheme, theme } from "../lib/theme.js";
import { PLACES, placeOf } from "../pages/places.js";
import { Announcer, announce } from "./announce.js";
import { ActionButton } from "./button.js";
import { ConfirmDialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { LogInAgain } from "./login.js";
import { NotLoaded } from "./not_loaded.js";
import { Empty, Loading, Notice } from "./page.js";

export function Shell() {
  return html`<a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <${Header} />
    <${LinkBar} />
    <${Navigation} />
    <main id="main" class=${link.value === "down" ? "page is-stale" : "page"} tabindex="-1"><${Page} /></main>
    ${!isLetIn.value && html`<${LogInAgain} />`}
    <${ConfirmDialog} />
    <${Announcer} />`;
}

/** @param {Event} event The hash of the URL is the place: it may not change. */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

const THEMES = { auto: "as the system", light: "light", dark: "dark" };
const THEME_ICONS = { auto: "auto", light: "sun", dark: "moon" };

function Header() {
  return html`<header class="shell-head">
    <a class="brand" href=${href([])}>
      <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="var(--brand)" /><path d="M18.5 4 7.5 18h7l-2 10L24 13.5h-7.5z" fill="#fff" /></svg>
      <span>OCPP connector</span>
    </a>
    <span class="spacer"></span>
    <button class="btn btn-quiet btn-icon" type="button" onClick=${nextTheme}
      aria-label=${`Theme: ${THEMES[theme.value]}. Change it`} title=${`Theme: ${THEMES[theme.value]}`}>
      <${Icon} name=${THEME_ICONS[theme.value]} />
    </button>
    <${ActionButton} kind="quiet" run=${logOut} label="Log out"><${Icon} name="exit" /><span class="wide-only">Log out</span></${ActionButton}>
  </header>`;
}

function Navigation() {
  const [first = ""] = route.value.segments;
  const here = first === "stations" ? "" : first;
  return html`<nav class="shell-nav" aria-label="Pages">
    <ul>
      ${PLACES.filter((place) => place.nav).map(({ pattern, nav, icon }) => {
        const isHere = (pattern[0] ?? "") === here;
        return html`<li key=${nav}><a href=${href(pattern)} aria-current=${isHere ? "page" : undefined}><${Icon} name=${icon} /><span>${nav}</span></a></li>`;
      })}
    </ul>
    <p class="version muted wide-only">${hello.value?.version && `Version ${hello.value.version}`}</p>
  </nav>`;
}

/** Said at once, and as long as it lasts. */
function LinkBar() {
  const isDown = link.value === "down" && isLetIn.value;
  const was = useRef("connecting");
  useEffect(() => {
    if (was.current === "down" && link.value === "up") announce("The connector answers again.");
    if (link.value !== "connecting") was.current = link.value;
  }, [link.value]);
  return html`<div role="alert" class="link-bar-place">
    ${isDown && html`<div class="link-bar"><${Icon} name="offline" />The connector does not answer; trying again. What is shown may be old.</div>`}
  </div>`;
}

/** The module of the place, once it is here. */
function Page() {
  const { segments, query } = route.value;
  const found = placeOf(segments);
  const [shown, setShown] = useState(/** @type {any} */ (null));
  const place = segments.join("/");
  useEffect(() => {
    let isWanted = true;
    if (!found) return undefined;
    found.place.load().then(
      (module) => isWanted && setShown({ module, place, params: found.params }),
      (problem) => isWanted && setShown({ problem, place }),
    );
    return () => {
      isWanted = false;
    };
  }, [place]);
  if (!found) return html`<${NotThere} />`;
  if (!shown || shown.place !== place) return html`<${Loading} />`;
  if (shown.problem) return html`<${NotLoaded} />`;
  return html`<${Guarded} key=${place} place=${place} module=${shown.module} params=${shown.params} query=${query} />`;
}

let isFirst = true;

/** A page that fails leaves the rest alone. @param {any} props */
function Guarded({ place, module, params, query }) {
  const [problem, reset] = useErrorBoundary((error) => console.error(error));
  const title = module.title(params);
  useEffect(() => {
    document.title = `${title} · OCPP connector`;
    // Whoever follows a link is told where it led; who comes back is where they were.
    arrive();
    if (!isFirst) document.querySelector("#main h1")?.focus({ preventScroll: true });
    isFirst = false;
  }, [place]);
  useEffect(turn, [query]);
  if (problem) {
    return html`<${Notice} tone="bad" title="This page has a mistake.">
      ${String(problem.message ?? problem)} <button class="btn btn-small" type="button" onClick=${reset}>Show it again</button>
    </${Notice}>`;
  }
  const { default: Shown } = module;
  return html`<${Shown} params=${params} query=${query} />`;
}

function NotThere() {
  return html`<h1 tabindex="-1">Nothing is here</h1>
    <${Empty} icon="search" title="There is no such page">
      <p>The address may have been cut off. <a href=${href([])}>All stations</a></p>
    </${Empty}>`;
}
