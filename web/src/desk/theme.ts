/** Light, dark, or what the system says. */

import { effect, signal } from "@preact/signals";

import { keep, kept } from "./kept";

export type Theme = "auto" | "light" | "dark";

export const theme = signal<Theme>(read());

effect(() => {
  if (theme.value === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
});

export function wear(chosen: Theme): void {
  keep("theme", chosen === "auto" ? null : chosen);
  theme.value = chosen;
}

function read(): Theme {
  const found = kept("theme");
  return found === "light" || found === "dark" ? found : "auto";
}
