/**
 * A window onto a long list: only what can be seen (and a little more) is in the page.
 *
 * Lines are placed by their number alone, so that one that moves costs nothing; where sizes follow other lines than
 * before, `measure` has to be called.
 */

import type { RefObject } from "preact";
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer, type VirtualItem } from "@tanstack/virtual-core";
import { useLayoutEffect, useReducer, useState } from "preact/hooks";

export type { VirtualItem };

type Wanted = { count: number; size: (index: number) => number };

export function useVirtual(scroller: RefObject<HTMLDivElement | null>, { count, size }: Wanted): Virtualizer<HTMLDivElement, HTMLElement> {
  const [, again] = useReducer((turn: number) => turn + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: size,
    overscan: 8,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => again(undefined as never),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}
