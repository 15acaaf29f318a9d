/** The agent's own seat: status and load, as the server has it, kept up by the feed. */

import { effect, signal } from "@preact/signals";

import { api, ok, sentence, type Schema } from "./api/client";
import { listen } from "./api/socket";
import { somebody } from "./session";
import { toast } from "./ui/toast";

export const me = signal<Schema["MeView"] | null>(null);

export async function loadMe(): Promise<void> {
  me.value = await ok(api.GET("/api/v1/inbox/me")).catch(() => me.value);
}

export async function setStatus(status: "online" | "busy" | "offline", reason?: string): Promise<void> {
  try {
    me.value = await ok(api.PUT("/api/v1/inbox/me/status", { body: { status, ...(reason ? { reason } : {}) } }));
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}

effect(() => {
  if (somebody.value) void loadMe();
  else me.value = null;
});

listen((frame) => {
  const mine = me.peek();
  if (!mine) return;
  if (frame.type === "ready" || frame.type === "reload") void loadMe();
  else if (frame.type === "agent.status" && frame.agent.id === mine.id) me.value = { ...mine, status: frame.status };
  else if (frame.type === "session.assigned" || frame.type === "session.closed" || frame.type === "session.transferred") void loadMe();
});
