/**
 * What the component set gets where it asks for React: Preact's own compatibility layer, with one hook mended.
 *
 * React runs insertion effects before it hands out refs; Preact's layer runs them with the layout effects, which is
 * after. The component set keeps its newest handlers in such effects and calls them from refs. Rendering here is
 * never interrupted, so doing it at once, while rendering, is the same to it.
 */

import compat, { useMemo } from "preact/compat";

export * from "preact/compat";

export function useInsertionEffect(effect, inputs) {
  useMemo(effect, inputs ?? [{}]);
}

export default { ...compat, useInsertionEffect };
