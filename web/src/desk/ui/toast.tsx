/** Short notices over everything, read out and gone by themselves; a failure stays until it is put away. */

import { signal } from "@preact/signals";
import { X } from "lucide";

import { say } from "../texts";
import { Icon } from "./icon";

type Toast = { id: number; text: string; bad: boolean };

const toasts = signal<readonly Toast[]>([]);
const SHOWN_MS = 5000;
let next = 0;

export function toast(text: string, { bad = false } = {}): void {
  const id = next++;
  toasts.value = [...toasts.value.slice(-2), { id, text, bad }];
  if (!bad) setTimeout(() => away(id), SHOWN_MS);
}

function away(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((one) => (
        <div key={one.id} class={one.bad ? "toast bad" : "toast"}>
          <span class="grow" dir="auto">{one.text}</span>
          <button type="button" aria-label={say("dismiss")} onClick={() => away(one.id)}><Icon of={X} size={16} /></button>
        </div>
      ))}
    </div>
  );
}
