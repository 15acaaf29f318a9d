/** How a channel is, as its provider said last. */

import type { Schema } from "../api/client";
import { a } from "./texts";

export function Health({ of }: { of: Schema["HealthView"] }) {
  const look = of.ok === null ? "" : of.ok ? "good" : "bad";
  return <span class={`chip ${look}`}>{of.ok === null ? a("health_unknown") : of.ok ? a("health_good") : a("health_bad")}</span>;
}
