/** How many notes mention one that were not read yet: for the rail, on every screen. */

import { effect } from "@preact/signals";

import { api, ok } from "../api/client";
import { listen } from "../api/socket";
import { place } from "../router";
import { somebody, token } from "../session";
import { mentions } from "../unread";

export async function count(): Promise<void> {
  if (!token.peek()) return;
  const found = await ok(api.GET("/api/v1/inbox/mentions", { params: { query: { limit: 1 } } })).catch(() => null);
  if (found) mentions.value = found.unread;
}

/** What mentions one in a chat, or everywhere, was read. */
export async function read(session?: string): Promise<void> {
  await ok(api.POST("/api/v1/inbox/mentions/read", { body: session ? { session } : {} }));
  await count();
}

const looks = () => (document.visibilityState === "visible" ? place.peek()?.params["session"] : undefined);

/** Whoever has the chat open has read what stands in it. */
function readHere(): void {
  const session = looks();
  if (session && mentions.peek()) void read(session).catch(() => undefined);
}

export function start(): void {
  effect(() => {
    mentions.value = 0;
    if (token.value) void count().then(readHere);
  });
  effect(() => {
    void place.value;
    readHere();
  });
  document.addEventListener("visibilitychange", () => void (document.visibilityState === "visible" && count().then(readHere)));
  listen((frame) => {
    if (frame.type === "reload") void count();
    if (frame.type !== "message.created" || frame.message.content.type !== "note") return;
    const me = somebody.peek()?.id;
    if (me === undefined || frame.message.author.id === me || !frame.message.content.mentions?.includes(me)) return;
    mentions.value++;
    readHere();
  });
}
