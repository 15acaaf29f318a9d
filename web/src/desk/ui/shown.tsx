/** Small things that are shown in many places: faces, states, waiting, nothing there, what went wrong. */

import { CircleAlert, type IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { sentence } from "../api/client";
import { say } from "../texts";
import { Icon } from "./icon";

export function Avatar({ name, id, picture, size }: { name: string; id: string; picture?: string | null; size?: "s" | "m" | "l" }) {
  const [broken, setBroken] = useState(false);
  const shown = picture && /^https?:\/\//i.test(picture) && !broken;
  return (
    <span class={`avatar h${hue(id)} ${size ?? "m"}`} aria-hidden="true">
      {shown ? <img src={picture} alt="" referrerpolicy="no-referrer" onError={() => setBroken(true)} /> : initials(name)}
    </span>
  );
}

/** At most two letters; a script without spaces gives its first. Signs that cannot be seen count for nothing. */
export function initials(name: string): string {
  const letters = name.split(/\s+/).map((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.exec(word)?.[0]).filter(Boolean);
  return letters.length > 1 ? `${letters[0]}${letters.at(-1)}` : (letters[0] ?? "?");
}

function hue(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % 6;
}

export function Waits() {
  return (
    <div class="waits" role="status">
      <span class="spinner" aria-hidden="true" />
      <span class="unseen">{say("loading")}</span>
    </div>
  );
}

export function Empty({ icon, title, children }: { icon: IconNode; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon of={icon} size={40} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What went wrong, in the server's own words. */
export function Trouble({ of, again }: { of: unknown; again?: (() => void) | undefined }) {
  if (of == null) return null;
  return (
    <div class="trouble" role="alert">
      <Icon of={CircleAlert} size={16} />
      <span class="grow" dir="auto">{typeof of === "string" ? of : sentence(of)}</span>
      {again ? <button type="button" class="link" onClick={again}>{say("try_again")}</button> : null}
    </div>
  );
}
