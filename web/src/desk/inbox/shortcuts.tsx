/** Keys for those who do this all day. Single letters act only outside of fields, and can be switched off. */

import { signal } from "@preact/signals";

import { letters } from "../letters";
import { goTo, place } from "../router";
import { Dialog } from "../ui/dialog";
import { claim, toggleStar } from "./acts";
import { known, mine, waits } from "./book";
import { shown } from "./lists";
import { t, type Key } from "./texts";

const helping = signal(false);

const KEYS: readonly { keys: string; does: Key }[] = [
  { keys: "J", does: "key_next" },
  { keys: "K", does: "key_before" },
  { keys: "R", does: "key_reply" },
  { keys: "C", does: "claim" },
  { keys: "S", does: "star" },
  { keys: "Ctrl K", does: "search" },
  { keys: "/", does: "quick_replies" },
  { keys: "@", does: "key_mention" },
  { keys: "Esc", does: "key_leave" },
  { keys: "?", does: "key_help" },
];

export function listenToKeys(): () => void {
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.getElementById("search")?.focus();
    return;
  }
  const field = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
  if (event.key === "Escape" && field) (event.target as HTMLElement).blur();
  if (field || event.ctrlKey || event.metaKey || event.altKey || !letters.value || document.querySelector("[role=dialog]")) return;
  const act = DOES[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
}

const current = () => place.peek()?.params["session"];

function step(by: number): void {
  const list = shown.peek();
  const at = list.findIndex((session) => session.id === current());
  const next = list[at < 0 ? 0 : at + by];
  if (next) goTo("chat", { session: next.id });
}

const DOES: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  r: () => document.querySelector<HTMLElement>(".writing")?.focus(),
  c: () => {
    const session = known(current() ?? "");
    if (session && !mine(session) && (waits(session) || session.phase === "bot")) void claim(session.id);
  },
  s: () => {
    const id = current();
    if (id) void toggleStar(id);
  },
  "?": () => void (helping.value = true),
};

export function Help() {
  if (!helping.value) return null;
  return (
    <Dialog title={t("shortcuts")} onClose={() => void (helping.value = false)}>
      <dl class="keys">
        {KEYS.map(({ keys, does }) => <div key={keys} class="row"><dt class="grow">{t(does)}</dt><dd><kbd>{keys}</kbd></dd></div>)}
      </dl>
    </Dialog>
  );
}
