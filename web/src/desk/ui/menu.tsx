/** A button with a menu of things to do. */

import * as Ariakit from "@ariakit/react";
import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";

import { Icon } from "./icon";

export type Item = { label: string; icon?: IconNode; act: () => void; danger?: boolean; disabled?: boolean; chosen?: boolean } | "line" | { title: string };

export function Menu({ label, children, items, className = "button quiet icon-only" }: { label: string; children: ComponentChildren; items: readonly Item[]; className?: string }) {
  return (
    <Ariakit.MenuProvider>
      <Ariakit.MenuButton className={className} aria-label={label} title={label}>{children as never}</Ariakit.MenuButton>
      <Ariakit.Menu className="menu" gutter={6} portal unmountOnHide>
        {items.map((item, place) => <Line key={place} item={item} />)}
      </Ariakit.Menu>
    </Ariakit.MenuProvider>
  );
}

function Line({ item }: { item: Item }) {
  if (item === "line") return <Ariakit.MenuSeparator />;
  if ("title" in item) return <div class="title">{item.title}</div>;
  const inner = (
    <>
      {item.icon ? <Icon of={item.icon} size={16} /> : null}
      <span class="grow clip">{item.label}</span>
      {item.chosen ? <span aria-hidden="true">✓</span> : null}
    </>
  );
  const className = item.danger ? "item danger" : "item";
  return (
    <Ariakit.MenuItem className={className} disabled={item.disabled ?? false} onClick={item.act} aria-current={item.chosen ? "true" : undefined}>
      {inner as never}
    </Ariakit.MenuItem>
  );
}
