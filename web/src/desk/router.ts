/** Where the agent is: the address bar as a signal, and the ways to go elsewhere without loading the page anew. */

import { computed, signal } from "@preact/signals";

import { addressOf, screenAt, type Params, type ScreenId } from "./screens";

const here = signal({ path: location.pathname, search: location.search });

export const place = computed(() => screenAt(here.value.path));
export const query = computed(() => new URLSearchParams(here.value.search));

/** Go to an address of ours. `replace` leaves no step back. */
export function go(address: string, how: { replace?: boolean } = {}): void {
  const to = new URL(address, location.origin);
  if (to.pathname === here.value.path && to.search === here.value.search) return;
  if (how.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  here.value = { path: to.pathname, search: to.search };
}

export const goTo = (id: ScreenId, params: Params = {}) => go(addressOf(id, params));

addEventListener("popstate", () => {
  here.value = { path: location.pathname, search: location.search };
});

/** Links of ours do not load the page; with a modifier, another target or to elsewhere they stay links. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const changed = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!link || changed || event.defaultPrevented || (link.target && link.target !== "_self") || link.hasAttribute("download")) return;
  if (link.origin !== location.origin || !screenAt(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search);
});
