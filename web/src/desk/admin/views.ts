/** Editors that a schema asks for by its hint `x-view`, each loaded when a form needs it. */

import type { ComponentType } from "preact";

import type { Part } from "./around";
import type { Json } from "./schema";

/** `fits`: whether it can show such a value at all; what it cannot is left to the plain fields. */
export type View = { View: ComponentType<Part>; fits: (value: Json | undefined) => boolean };

export const VIEWS: Readonly<Record<string, () => Promise<View>>> = {
  week: () => import("./view-week"),
  dates: () => import("./view-dates"),
  zone: () => import("./view-zone"),
};
