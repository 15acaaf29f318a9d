/** Whether single letters are shortcuts: who speaks to the computer, or types with difficulty, switches them off. */

import { signal } from "@preact/signals";

import { keep, kept } from "./kept";

export const letters = signal(kept("letters") !== "off");

export function setLetters(on: boolean): void {
  keep("letters", on ? null : "off");
  letters.value = on;
}
