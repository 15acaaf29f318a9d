/** Quick replies: everybody's and one's own, in the customer's language where there is one. */

import { effect, signal } from "@preact/signals";

import { api, ok, type Schema } from "../api/client";
import { somebody } from "../session";
import type { Still } from "./book";

export type QuickReply = Schema["QuickReplyView"];

export const quickReplies = signal<readonly QuickReply[]>([]);

export async function loadQuickReplies(): Promise<void> {
  const found = await ok(api.GET("/api/v1/inbox/quick-replies", { params: { query: { limit: 500 } } })).catch(() => null);
  if (found) quickReplies.value = found.items;
}

effect(() => {
  if (somebody.value) void loadQuickReplies();
});

/** Those whose shortcut begins so first, then those that hold it anywhere. */
export function matching(replies: readonly QuickReply[], begun: string): QuickReply[] {
  const wanted = begun.toLowerCase();
  const rank = (reply: QuickReply) =>
    reply.shortcut.toLowerCase().startsWith(wanted) ? 0 : [reply.shortcut, reply.title, ...Object.values(reply.texts)].some((text) => text.toLowerCase().includes(wanted)) ? 1 : 2;
  return replies.filter((reply) => rank(reply) < 2).sort((a, b) => rank(a) - rank(b) || a.shortcut.localeCompare(b.shortcut));
}

/** The text in the chat's language, else in a near one, else English, else the first there is. */
export function textFor(texts: Readonly<Record<string, string>>, language: string): string {
  const first = language.split("-")[0] ?? "";
  const near = Object.keys(texts).find((tag) => tag.split("-")[0] === first);
  return texts[language] ?? (near ? texts[near] : undefined) ?? texts["en"] ?? Object.values(texts)[0] ?? "";
}

export function fill(reply: QuickReply, session: Still): string {
  const values: Record<string, string> = { customer: session.customer.name ?? "", agent: somebody.peek()?.name ?? "" };
  return textFor(reply.texts, session.language).replace(/\{(customer|agent)\}/g, (_, name: string) => values[name] ?? "");
}
