/** Every session that was seen since the page was loaded, as it is now; and who and what is around. */

import { computed, signal } from "@preact/signals";

import { alert } from "../alerts";
import { api, ok, type Schema } from "../api/client";
import { listen, type Frame } from "../api/socket";
import { goTo, place } from "../router";
import { somebody } from "../session";
import { unread } from "../unread";
import { newest, preview } from "./preview";
import { t } from "./texts";

export type Session = Schema["SessionView"];
export type Message = Schema["MessageView"];
export type Around = Schema["AroundView"];

/** A chat without what moves with every message: what shows only this is not drawn again for one. */
export type Still = Pick<Session, "id" | "number" | "channel" | "customer" | "phase" | "agent" | "group" | "language" | "opened_at" | "tags" | "locked" | "guests" | "offer">;

export function still({ id, number, channel, customer, phase, agent, group, language, opened_at, tags, locked, guests, offer }: Session): Still {
  return { id, number, channel, customer, phase, agent, group, language, opened_at, tags, locked, guests, offer };
}

const sessions = new Map<string, Session>();
const PAGE = 500;

/** Grows with every change: whoever reads the book reads this first. */
export const edition = signal(0);

export const around = signal<Around>({ agents: [], groups: [], channels: [] });
export const tallies = signal<Schema["TallyView"][]>([]);
export const stars = signal<ReadonlySet<string>>(new Set());

export function known(id: string): Session | undefined {
  void edition.value;
  return sessions.get(id);
}

/** Of many, in their order, those that are known: read at one go. */
export function knownOf(ids: readonly string[]): Session[] {
  void edition.value;
  return ids.map((id) => sessions.get(id)).filter((session): session is Session => session !== undefined);
}

export function mine(session: Pick<Session, "agent">): boolean {
  return session.agent?.id === somebody.value?.id;
}

/** Whether one was asked into a colleague's chat. */
export const invited = (session: Pick<Session, "guests">) => session.guests.some((guest) => guest.id === somebody.value?.id);

export const waits = (session: Pick<Session, "phase">) => session.phase === "queued" || session.phase === "unassigned";

/** One's own open chats. */
export const own = computed(() => {
  void edition.value;
  return [...sessions.values()].filter((session) => session.phase === "active" && mine(session));
});

export function put(found: readonly Session[]): void {
  for (const session of found) {
    const before = sessions.get(session.id);
    if (!before || session.last_seq >= before.last_seq) sessions.set(session.id, session);
  }
  edition.value++;
  unread.value = own.peek().filter((session) => session.unread).length;
}

export function drop(id: string): void {
  sessions.delete(id);
  edition.value++;
}

export async function loadAround(): Promise<void> {
  around.value = await ok(api.GET("/api/v1/inbox/around")).catch(() => around.value);
}

async function loadTallies(): Promise<void> {
  tallies.value = await ok(api.GET("/api/v1/inbox/tallies")).then((found) => found.items, () => tallies.value);
}

async function loadStars(): Promise<void> {
  const found = await ok(api.GET("/api/v1/inbox/me/stars")).catch(() => null);
  if (found) stars.value = new Set(found.sessions);
}

async function loadOwn(): Promise<void> {
  const query = { mine: true, phase: "active" as const, limit: PAGE };
  const page = await ok(api.GET("/api/v1/inbox/sessions", { params: { query } })).catch(() => null);
  if (page) put(page.items);
}

export async function star(id: string, on: boolean): Promise<void> {
  const found = await ok(api.POST("/api/v1/inbox/sessions/{id}/star", { params: { path: { id } }, body: { on } }));
  stars.value = new Set(found.sessions);
}

/** What every part of the inbox needs, from the beginning. */
export function loadAll(): void {
  void loadAround();
  void loadTallies();
  void loadStars();
  void loadOwn();
}

const COUNT_EVERY = 2000; // ms: what is counted may be a little late
let counting: ReturnType<typeof setTimeout> | undefined;

function countSoon(): void {
  counting ??= setTimeout(() => {
    counting = undefined;
    void loadTallies();
  }, COUNT_EVERY);
}

listen((frame) => {
  if (frame.type === "reload") loadAll();
  else if (frame.type === "session.gone") drop(frame.session.id);
  else if (frame.type === "agent.status") statusOf(frame.agent.id, frame.status);
  else if ("session" in frame && "cursor" in frame) {
    const before = sessions.get(frame.session.id);
    put([frame.session as Session]);
    if (!frame.type.startsWith("message.")) countSoon();
    tellOf(frame, frame.session as Session, before);
  }
});

function statusOf(id: string, status: "online" | "busy" | "offline"): void {
  const { agents } = around.value;
  around.value = { ...around.value, agents: agents.map((agent) => (agent.id === id ? { ...agent, status } : agent)) };
}

/** Notices: a customer wrote in one's own chat, one was given a chat, somebody mentions one. */
function tellOf(frame: Frame, session: Session, before: Session | undefined): void {
  const me = somebody.peek()?.id;
  const open = () => goTo("chat", { session: session.id });
  const name = session.customer.name ?? t("nobody");
  const looks = place.peek()?.params["session"] === session.id && document.visibilityState === "visible";
  if (frame.type === "message.created" && frame.message) {
    const { author, content } = frame.message;
    const mentioned = content.type === "note" && me !== undefined && content.mentions?.includes(me);
    const theirs = author.kind === "customer" && session.agent?.id === me;
    if ((theirs || mentioned) && !looks) alert(session.id, mentioned ? t("mentioned", { name: author.name ?? "" }) : name, preview(content), open);
  } else if (frame.type === "session.assigned" && session.agent?.id === me && before?.agent?.id !== me) {
    const last = newest(session);
    alert(session.id, t("given", { name }), last ? preview(last.content) : "", open);
  } else if (frame.type === "session.alerted") {
    alert(session.id, t("alerted", { name }), frame.message ? preview(frame.message.content) : "", open);
  }
}
