"use strict";
// Follows a book, or the list of all: when something in it has changed, the parts that did are fetched and put in place.
// Without it the page shows what was when it was loaded, and every link and button still works.
(() => {
  const main = document.querySelector("main[data-changes]");
  const live = document.getElementById("live");
  let source = null;
  let is_busy = false;
  let is_held = false;
  let is_stale = false;

  const alike = (one) => (other) =>
    one.tagName === other.tagName && ["name", "value", "href", "aria-label"].every(
      (name) => one.getAttribute(name) === other.getAttribute(name));

  // Keeps where the reader is: the focus, and how far tables are scrolled.
  const replace = (part, next) => {
    const tables = (of) => [...of.querySelectorAll(".scroll")];
    const lefts = tables(part).map((table) => table.scrollLeft);
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    part.replaceChildren(...next.childNodes);
    tables(part).forEach((table, at) => (table.scrollLeft = lefts[at] || 0));
    if (focused) {
      const same = [...part.querySelectorAll("a, button, .scroll")].find(alike(focused));
      (same || part.querySelector("a, button, .scroll") || main).focus({ preventScroll: true });
    }
  };

  const look = async () => {
    is_stale = true;
    if (is_busy || is_held) return;
    is_busy = true;
    while (is_stale && !is_held) {
      is_stale = false;
      const answer = await fetch(location.pathname + location.search, { cache: "no-store" }).catch(() => null);
      if (!answer || !answer.ok) break;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (is_held) {
        is_stale = true;
        break;
      }
      for (const part of document.querySelectorAll("[data-part]")) {
        const next = page.getElementById(part.id);
        if (next && !next.isEqualNode(part)) replace(part, next);
      }
    }
    is_busy = false;
  };

  // Nothing moves away from under a finger.
  const hold = (holds) => () => {
    is_held = holds;
    if (!holds && is_stale) setTimeout(look);
  };

  // A browser has few connections to one place, and a page that nobody sees needs none.
  const follow = () => {
    if (source) source.close();
    source = null;
    if (document.hidden) return;
    source = new EventSource(main.dataset.changes);
    source.onopen = () => (live.hidden = false);
    source.onerror = () => (live.hidden = true);
    source.onmessage = look;
  };

  addEventListener("pointerdown", hold(true));
  addEventListener("pointerup", hold(false));
  addEventListener("pointercancel", hold(false));
  addEventListener("pointermove", (event) => is_held && !event.buttons && hold(false)());
  addEventListener("pageshow", (event) => event.persisted && follow());
  addEventListener("pagehide", () => source && source.close());
  document.addEventListener("visibilitychange", follow);
  follow();
})();
