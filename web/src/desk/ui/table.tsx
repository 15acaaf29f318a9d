/** A table that scrolls sideways by itself where the screen is narrow, also by keyboard. */

import type { ComponentChildren } from "preact";

export function Table({ label, className, children }: { label: string; className?: string; children: ComponentChildren }) {
  return (
    <div class="table-wrap" role="region" aria-label={label} tabIndex={0}>
      <table class={className}>{children}</table>
    </div>
  );
}
