/** Buttons. One that shows only a sign says what it does in a tip, with its key where it has one. */

import * as Ariakit from "@ariakit/react";
import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";

import { Icon } from "./icon";

type Look = "plain" | "main" | "danger" | "quiet";

export type ButtonProps = {
  children: ComponentChildren;
  look?: Look;
  small?: boolean;
  icon?: IconNode;
  type?: "button" | "submit";
  disabled?: boolean;
  pressed?: boolean;
  busy?: boolean;
  form?: string;
  onClick?: (event: MouseEvent) => void;
};

export function Button({ children, look = "plain", small = false, icon, type = "button", disabled = false, busy = false, pressed, form, onClick }: ButtonProps) {
  return (
    <button type={type} class={classes(look, small, false)} disabled={disabled || busy} aria-busy={busy} aria-pressed={pressed} form={form} onClick={onClick}>
      {busy ? <span class="spinner" aria-hidden="true" /> : icon ? <Icon of={icon} size={small ? 15 : 17} /> : null}
      {children}
    </button>
  );
}

export type IconButtonProps = Omit<ButtonProps, "children" | "icon" | "busy" | "form"> & { icon: IconNode; label: string; hotkey?: string; turns?: boolean };

export function IconButton({ icon, label, hotkey, look = "quiet", small = false, type = "button", disabled = false, pressed, turns = false, onClick }: IconButtonProps) {
  return (
    <Tip label={label} hotkey={hotkey}>
      <button type={type} class={classes(look, small, true)} disabled={disabled} aria-label={label} aria-pressed={pressed} aria-keyshortcuts={hotkey} onClick={onClick}>
        <Icon of={icon} size={small ? 16 : 18} turns={turns} />
      </button>
    </Tip>
  );
}

/** What a thing is, shown on hover and focus. It repeats the thing's own label, so it is hidden from readers. */
export function Tip({ label, hotkey, children, side = "bottom" }: { label: string; hotkey?: string | undefined; children: preact.VNode; side?: "bottom" | "right" | "left" | "top" }) {
  return (
    <Ariakit.TooltipProvider placement={side} timeout={450}>
      <Ariakit.TooltipAnchor render={children as never} />
      <Ariakit.Tooltip className="tip" gutter={6} portal aria-hidden="true">
        {label}
        {hotkey ? <kbd>{hotkey}</kbd> : null}
      </Ariakit.Tooltip>
    </Ariakit.TooltipProvider>
  );
}

export function classes(look: Look, small: boolean, iconOnly: boolean): string {
  return ["button", look === "plain" ? "" : look, small ? "small" : "", iconOnly ? "icon-only" : ""].filter(Boolean).join(" ");
}
