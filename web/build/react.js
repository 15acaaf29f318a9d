/**
 * What the component set gets where it asks for React: Preact's own compatibility layer, with two things mended.
 *
 * React runs insertion effects before it hands out refs; Preact's layer runs them with the layout effects, which is
 * after. The component set keeps its newest handlers in such effects and calls them from refs. Rendering here is
 * never interrupted, so doing it at once, while rendering, is the same to it.
 *
 * React's events are its own and may be written to; the component set sets `currentTarget`, which the browser's own
 * events forbid. So whoever handles one here gets it with a `currentTarget` that can be set.
 */

import { options } from "preact";
import compat, { useMemo } from "preact/compat";

export * from "preact/compat";

const own = Object.getOwnPropertyDescriptor(Event.prototype, "currentTarget").get;
const before = options.event;

options.event = (event) => {
  Object.defineProperty(event, "currentTarget", { value: own.call(event), writable: true, configurable: true });
  return before ? before(event) : event;
};

export function useInsertionEffect(effect, inputs) {
  useMemo(effect, inputs ?? [{}]);
}

export default { ...compat, useInsertionEffect };
