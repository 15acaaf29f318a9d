/** Signs from the icon set; each is a few shapes that are drawn here, so that nothing is fetched. */

import type { IconNode } from "lucide";
import { h } from "preact";

/** `turns`: points the way one reads, so it is mirrored where one reads from right to left. */
export function Icon({ of, size = 18, turns = false }: { of: IconNode; size?: number; turns?: boolean }) {
  return (
    <svg class={turns ? "icon turns" : "icon"} viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" stroke-width="1.9"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {of.map(([tag, attributes], place) => h(tag, { key: place, ...attributes }))}
    </svg>
  );
}
