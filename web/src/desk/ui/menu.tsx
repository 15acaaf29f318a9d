/** A button with a menu of things to do. */

import * as Ariakit from "@ariakit/react";
import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Icon } from "./icon";

export type Item = { label: string; icon?: IconNode; act: () => void; danger?: boolean; disabled?: boolean; chosen?: boolean } | "line" | { title: string };

type Props = { label: string; children: ComponentChildren; items: readonly Item[]; className?: string };

/** A plain button until it is first used: there is one in every message, and most are never opened. */
export function Menu(props: Props) {
  const [used, setUsed] = useState(false);
  if (used) return <Used {...props} />;
  const { label, children, className = USUAL } = props;
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    setUsed(true);
  };
  return <button type="button" class={className} aria-label={label} title={label} aria-haspopup="menu" aria-expanded="false" onClick={() => setUsed(true)} onKeyDown={keys}>{children}</button>;
}

const USUAL = "button quiet icon-only";

/** The same with its menu, which is opened by what the first use began: it knows then where to lead back to. */
function Used({ label, children, items, className = USUAL }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    button.current!.focus();
    button.current!.click();
  }, []);
  return (
    <Ariakit.MenuProvider>
      <Ariakit.MenuButton ref={button as never} className={className} aria-label={label} title={label}>{children as never}</Ariakit.MenuButton>
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
