/**
 * Open chats: their messages as far as they were loaded, what is about to be sent, who types, who else looks.
 *
 * What an agent sends waits in this browser until the server has it: sent in order, again after any loss, always under
 * its one `client_id`, so that it arrives once.
 */

import { batch, computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";

import { api, ok, Problem, type Schema } from "../api/client";
import { line, listen, tell } from "../api/socket";
import { keep, kept } from "../kept";
import { somebody, token } from "../session";
import { drop, known, put, still, type Message, type Still } from "./book";

export type Detail = Schema["SessionDetail"];
export type Sendable = Schema["MessageBody"]["content"];

const PAGE = 60;
const MOST = 500; // messages of one call
const KEPT = 30; // chats whose messages are remembered
const TYPES_MS = 6000;
const DETAIL_AFTER = 150; // ms: several events come together

export class Chat {
  readonly messages: Signal<readonly Message[]> = signal([]);
  readonly detail: Signal<Detail | null> = signal(null);
  readonly trouble: Signal<unknown> = signal(null);
  readonly looking: Signal<ReadonlyMap<string, string>> = signal(new Map());
  readonly typing: Signal<readonly string[]> = signal([]);
  private loading = false;
  private loaded: Promise<void> = Promise.resolve();
  private detailTimer: ReturnType<typeof setTimeout> | undefined;
  private typers = new Map<string, ReturnType<typeof setTimeout>>();

  /** Whether something was translated here. */
  readonly translated = computed(() => this.messages.value.some((message) => message.translation));

  private kept: { words: string; still: Still } | undefined;

  /** The chat itself: one and the same value until something but its newest message changes. */
  readonly still: ReadonlySignal<Still | undefined> = computed<Still | undefined>(() => {
    const session = known(this.id);
    if (!session) return undefined;
    const now = still(session);
    const words = JSON.stringify(now);
    if (this.kept?.words !== words) this.kept = { words, still: now };
    return this.kept.still;
  });

  constructor(readonly id: string) {}

  /** Load all that is shown first; done when it is here, or in `trouble`. */
  load(): Promise<void> {
    return (this.loaded = this.begin());
  }

  private async begin(): Promise<void> {
    this.trouble.value = null;
    try {
      const detail = await this.loadDetail();
      await this.fetch(Math.max(0, detail.last_seq - PAGE), PAGE + 1);
    } catch (trouble) {
      this.trouble.value = trouble;
      if (trouble instanceof Problem && trouble.status === 404) drop(this.id);
    }
  }

  get earliest(): boolean {
    return (this.messages.value[0]?.seq ?? 1) <= 1;
  }

  /** The page before what is here. */
  async earlier(): Promise<void> {
    const first = this.messages.peek()[0]?.seq ?? 1;
    if (first <= 1 || this.loading) return;
    this.loading = true;
    try {
      const after = Math.max(0, first - 1 - PAGE);
      await this.fetch(after, first - 1 - after);
    } finally {
      this.loading = false;
    }
  }

  /** Load back to a message of long ago. */
  async reach(seq: number): Promise<void> {
    await this.loaded;
    for (let first = this.messages.peek()[0]?.seq ?? 1; first > seq; first = this.messages.peek()[0]?.seq ?? 1) {
      const after = Math.max(0, first - 1 - MOST);
      await this.fetch(after, first - 1 - after);
    }
  }

  async fetch(after: number, limit: number): Promise<void> {
    const params = { path: { id: this.id }, query: { after, limit } };
    this.merge((await ok(api.GET("/api/v1/inbox/sessions/{id}/messages", { params }))).items);
  }

  merge(found: readonly Message[]): void {
    const before = this.messages.peek();
    const last = before.at(-1);
    const next = found[0];
    if (last && found.length === 1 && next && next.seq === last.seq + 1) {
      this.messages.value = [...before, next];
      return;
    }
    const by = new Map(before.map((message) => [message.seq, message]));
    for (const message of found) by.set(message.seq, message);
    this.messages.value = [...by.values()].sort((a, b) => a.seq - b.seq);
  }

  /** What the server took. The feed may have told more of it already: that it failed, that it was read. */
  sent(message: Message): void {
    if (!this.messages.peek().some((one) => one.seq === message.seq)) this.merge([message]);
  }

  /** A message of the feed; what lies between is fetched. */
  hear(message: Message): void {
    const last = this.messages.peek().at(-1);
    if (last && message.seq > last.seq + 1) void this.fetch(last.seq, message.seq - last.seq).catch(() => undefined);
    else if (!last || message.seq >= (this.messages.peek()[0]?.seq ?? 0)) this.merge([message]);
    if (message.author.kind !== "system") this.types(message.author.kind === "customer" ? "" : (message.author.id ?? ""), false);
  }

  async loadDetail(): Promise<Detail> {
    const detail = await ok(api.GET("/api/v1/inbox/sessions/{id}", { params: { path: { id: this.id } } }));
    const before = this.detail.peek();
    // The same again draws nothing again.
    batch(() => {
      if (!before || beside(before) !== beside(detail)) this.detail.value = detail;
      put([detail]);
    });
    return detail;
  }

  detailSoon(): void {
    clearTimeout(this.detailTimer);
    this.detailTimer = setTimeout(() => void this.loadDetail().catch(() => undefined), DETAIL_AFTER);
  }

  /** Somebody writes: the customer (""), or a colleague by id. */
  types(who: string, on = true): void {
    clearTimeout(this.typers.get(who));
    this.typers.delete(who);
    if (on) this.typers.set(who, setTimeout(() => this.types(who, false), TYPES_MS));
    if (this.typers.size !== this.typing.peek().length || on) this.typing.value = [...this.typers.keys()];
  }

  looks(agent: Schema["Ref"], on: boolean): void {
    const there = new Map(this.looking.peek());
    if (on) there.set(agent.id, agent.name);
    else there.delete(agent.id);
    this.looking.value = there;
  }
}

/** What a detail says beside the chat as it is in lists. */
function beside({ last_message: _m, last_said: _l, last_seq: _s, unread: _u, waits_since: _w, sla: _p, ...rest }: Detail): string {
  return JSON.stringify(rest);
}

const chats = new Map<string, Chat>();

/** The chat with what is known of it; loaded if it is new here. */
export function chatOf(id: string): Chat {
  let chat = chats.get(id);
  if (chat) chats.delete(id);
  else {
    chat = new Chat(id);
    void chat.load();
  }
  chats.set(id, chat);
  for (const oldest of chats.keys()) {
    if (chats.size <= KEPT) break;
    chats.delete(oldest);
  }
  return chat;
}

let open: string | null = null;

/** Which chat is on the screen: colleagues who have it open are told, and one hears of them. */
export function look(id: string | null): void {
  const before = open && open !== id ? chats.get(open) : undefined;
  if (before) before.looking.value = new Map();
  open = id;
  tell({ type: "looking", session: id });
}

listen((frame) => {
  switch (frame.type) {
    case "ready":
      if (open) tell({ type: "looking", session: open });
      break;
    case "reload":
      for (const [id, chat] of chats) {
        if (id === open) void chat.load();
        else chats.delete(id);
      }
      break;
    case "typing":
      if (frame.by === "customer" || frame.agent) chats.get(frame.session.id)?.types(frame.by === "customer" ? "" : frame.agent!.id);
      break;
    case "looking":
      chats.get(frame.session.id)?.looks(frame.agent, frame.on);
      break;
    default: {
      if (!("session" in frame)) break;
      const chat = chats.get(frame.session.id);
      if (!chat) break;
      if ("message" in frame && frame.message) chat.hear(frame.message);
      // A customer's message moves the service window, where there is one.
      const moves = frame.type === "message.created" && frame.message?.author.kind === "customer" && chat.detail.peek()?.window;
      const changes = frame.type.startsWith("session.") || moves;
      if (frame.session.id === open && changes) chat.detailSoon();
      else if (changes) chat.detail.value = null;
    }
  }
});

// A line that was down: who looked may be gone, and will say so again.
line.subscribe((state) => {
  if (state === "waiting") for (const chat of chats.values()) chat.looking.value = new Map();
});

// --- sending ------------------------------------------------------------------------------------------------------

export type Unsent = {
  client_id: string;
  session: string;
  as: "reply" | "note" | "whisper" | "template";
  content: Sendable;
  reply_to?: string;
  mentions?: string[];
  written?: Schema["Written"];
  at: string;
  /** Why the server did not take it: to be mended or discarded. */
  refused?: { detail: string; word?: string };
};

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 20_000;

export const unsent = signal<readonly Unsent[]>(readOutbox());
const pumping = new Set<string>();

unsent.subscribe((list) => keep("outbox", list.length ? JSON.stringify({ who: somebody.peek()?.id, list }) : null));

function readOutbox(): Unsent[] {
  try {
    const found = JSON.parse(kept("outbox") ?? "null") as { who: string; list: Unsent[] } | null;
    return found && found.who === somebody.peek()?.id ? found.list : [];
  } catch {
    return [];
  }
}

export function send(what: Omit<Unsent, "client_id" | "at">): string {
  const client_id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  unsent.value = [...unsent.value, { ...what, client_id, at: new Date().toISOString() }];
  void pump(what.session);
  return client_id;
}

export function discard(client_id: string): Unsent | undefined {
  const found = unsent.value.find((one) => one.client_id === client_id);
  unsent.value = unsent.value.filter((one) => one.client_id !== client_id);
  return found;
}

/** Send what waits in a chat, one after another. */
async function pump(session: string): Promise<void> {
  if (pumping.has(session)) return;
  pumping.add(session);
  let pause = FIRST_PAUSE;
  try {
    for (;;) {
      const next = unsent.peek().find((one) => one.session === session && !one.refused);
      if (!next || !token.peek()) return;
      try {
        const message = await post(next);
        chats.get(session)?.sent(message);
        discard(next.client_id);
        pause = FIRST_PAUSE;
      } catch (error) {
        if (error instanceof Problem && !error.unanswered) refuse(next, error);
        else {
          await rest(pause);
          pause = Math.min(LONGEST_PAUSE, pause * 2);
        }
      }
    }
  } finally {
    pumping.delete(session);
  }
}

function refuse(one: Unsent, problem: Problem): void {
  const word = problem.errors.find((error) => error.word)?.word;
  const refused = { detail: problem.message, ...(word ? { word } : {}) };
  unsent.value = unsent.value.map((each) => (each === one ? { ...each, refused } : each));
}

/** A while, or until the line is open again. */
function rest(ms: number): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      stop();
      done();
    };
    const timer = setTimeout(end, ms);
    let first = true;
    const stop = line.subscribe((state) => {
      if (!first && state === "open") queueMicrotask(end);
      first = false;
    });
  });
}

async function post(one: Unsent): Promise<Message> {
  const params = { path: { id: one.session } };
  const { client_id, content } = one;
  const text = content.type === "text" ? content.text : "";
  switch (one.as) {
    case "note":
      return ok(api.POST("/api/v1/inbox/sessions/{id}/notes", { params, body: { client_id, text, mentions: one.mentions ?? [] } }));
    case "whisper":
      return ok(api.POST("/api/v1/inbox/sessions/{id}/whisper", { params, body: { client_id, text } }));
    case "template": {
      const { type: _, ...template } = content as Extract<Sendable, { type: "template" }>;
      return ok(api.POST("/api/v1/inbox/sessions/{id}/template", { params, body: { client_id, ...template } }));
    }
    default:
      return ok(api.POST("/api/v1/inbox/sessions/{id}/messages", { params, body: { client_id, content, ...(one.reply_to ? { reply_to: one.reply_to } : {}), ...(one.written ? { written: one.written } : {}) } }));
  }
}

/** What waited since before the page was loaded. */
export function resume(): void {
  for (const session of new Set(unsent.peek().map((one) => one.session))) void pump(session);
}
