/** The chat as the visitor knows it: what was said, what waits to be sent, what was read. Shown by view.tsx. */

import { computed, signal } from "@preact/signals";

import { Connection, type Status } from "./connection";
import type { Keep } from "./keep";
import type { Content, Frame, Message, Said, Session } from "./wire";

const ANSWER_MS = 10_000; // an acknowledgement that takes longer never comes: the line is dead
const TYPING_MS = 6_000;
const SAY_TYPING_MS = 3_000;
const REPORT_MS = 250; // so that a history is reported once

/** A message with its session, so that "answered" and "read" can be told. */
export type Shown = Message & { session: string; number: number };

/** `sent`: acknowledged, and on its way back on the feed. */
export type Waiting = Said & { refused?: string; sent?: boolean };

export type Place = Extract<Frame, { type: "queue" }>;

export class Chat {
  readonly status = signal<Status>("idle");
  readonly messages = signal<Shown[]>([]);
  readonly waiting = signal<Waiting[]>([]);
  readonly sessions = signal<ReadonlyMap<string, Session>>(new Map());
  /** The newest. */
  readonly session = computed(() => [...this.sessions.value.values()].reduce<Session | null>((a, b) => (a && a.number > b.number ? a : b), null));
  /** Who writes just now. */
  readonly typing = signal<string | null>(null);
  /** What was said outside any chat. */
  readonly notice = signal("");
  /** Where the visitor stands in the queue of a session. */
  readonly place = signal<Place | null>(null);
  /** By session: what an agent has seen. */
  readonly read = signal<ReadonlyMap<string, number>>(new Map());
  /** What the visitor has seen: the session's number and the message's seq. */
  private readonly seen = signal<[number, number]>([0, 0]);
  readonly unread = computed(
    () => this.messages.value.filter((message) => theirs(message) && after(message, this.seen.value)).length,
  );

  private readonly connection: Connection;
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly reports = new Map<string, { type: "delivered" | "read"; session: string; seq: number }>();
  private reporting: ReturnType<typeof setTimeout> | undefined;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private saidTyping = 0;

  constructor(
    address: string,
    visitor: () => Record<string, unknown>,
    private readonly keep: Keep,
  ) {
    const [number = 0, seq = 0] = (keep.get("seen") ?? "").split(".").map(Number);
    this.seen.value = [number, seq];
    this.waiting.value = keep.unsent();
    this.connection = new Connection(address, visitor, keep, {
      status: (status) => (this.status.value = status),
      opened: () => {
        this.waiting.value.filter((one) => one.refused == null && !one.sent).forEach((one) => this.transmit(one));
        this.tell();
      },
      frame: (frame) => this.heard(frame),
      forget: () => {
        this.messages.value = [];
        this.sessions.value = new Map();
      },
    });
    if (keep.get("token") || this.waiting.value.length) this.start();
  }

  start(): void {
    this.connection.start();
  }

  say(content: Content, reply_to?: number): void {
    const said: Said = { client_id: id(), content, at: Date.now(), ...(reply_to ? { reply_to } : {}) };
    this.keep.set(`out:${said.client_id}`, JSON.stringify(said));
    this.waiting.value = [...this.waiting.value, said];
    this.saidTyping = 0;
    if (this.status.value === "open") this.transmit(said);
    this.start();
  }

  again(said: Waiting): void {
    this.drop(said.client_id);
    this.say(said.content, said.reply_to);
  }

  drop(client_id: string): void {
    this.keep.remove(`out:${client_id}`);
    clearTimeout(this.timers.get(client_id));
    this.timers.delete(client_id);
    this.waiting.value = this.waiting.value.filter((one) => one.client_id !== client_id);
  }

  async attach(file: File): Promise<boolean> {
    const content = await this.connection.upload(file).catch(() => null);
    if (content) this.say(content);
    return content != null;
  }

  /** Where a file is that a form takes along. */
  async upload(file: File): Promise<string | null> {
    const content = await this.connection.upload(file).catch(() => null);
    return content && "url" in content ? (content.url ?? null) : null;
  }

  writes(): void {
    if (this.status.value !== "open" || Date.now() - this.saidTyping < SAY_TYPING_MS) return;
    this.saidTyping = Date.now();
    this.connection.send({ type: "typing" });
  }

  /** Everything shown is read: called while the visitor looks at it. */
  look(): void {
    const last = this.messages.value.findLast(theirs);
    if (!last || !after(last, this.seen.value)) return;
    this.seen.value = [last.number, last.seq];
    this.keep.set("seen", this.seen.value.join("."));
    this.report("read", last);
  }

  /** Delivered or read up to a message; kept until there is a line to say it on. */
  private report(type: "delivered" | "read", { session, seq }: Shown): void {
    this.reports.set(type + session, { type, session, seq });
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.tell(), REPORT_MS);
  }

  private tell(): void {
    for (const [key, report] of this.reports) if (this.connection.send(report)) this.reports.delete(key);
  }

  private transmit(said: Said): void {
    const { client_id, content, reply_to } = said;
    this.connection.send({ type: "message", client_id, content, ...(reply_to ? { reply_to } : {}) });
    this.later(client_id, ANSWER_MS, () => this.connection.renew());
  }

  private later(client_id: string, ms: number, what: () => void): void {
    clearTimeout(this.timers.get(client_id));
    this.timers.set(client_id, setTimeout(what, ms));
  }

  private heard(frame: Frame): void {
    switch (frame.type) {
      case "ack":
        if (frame.message) this.stands(frame.client_id, frame.message);
        else this.mark(frame.client_id, { refused: "" });
        break;
      case "error":
        if (frame.client_id) this.failed(frame.client_id, frame.detail, frame.retry_after);
        break;
      case "typing":
        this.shows(frame.name ?? "");
        break;
      case "notice":
        this.notice.value = frame.text;
        break;
      case "queue":
        this.place.value = frame;
        break;
      case "session.read":
        this.read.value = new Map(this.read.value).set(frame.session, frame.seq);
        break;
      case "ready":
        if (frame.session) this.know(frame.session);
        break;
      case "reload":
        break;
      default:
        this.know(frame.session);
        if (frame.message) this.take(frame.message, frame.session);
    }
  }

  private know(session: Session): void {
    this.sessions.value = new Map(this.sessions.value).set(session.id, session);
  }

  /** Acknowledged, and not yet seen on the feed: it stays where it is and is not sent again. */
  private stands(client_id: string, message: Message): void {
    if (this.messages.value.some((one) => one.id === message.id)) return this.drop(client_id);
    this.mark(client_id, { sent: true });
  }

  private failed(client_id: string, reason: string, retry_after: number | undefined): void {
    const said = this.waiting.value.find((one) => one.client_id === client_id);
    if (said && retry_after) this.later(client_id, retry_after * 1000, () => this.transmit(said));
    else this.mark(client_id, { refused: reason });
  }

  private mark(client_id: string, what: Partial<Waiting>): void {
    this.keep.remove(`out:${client_id}`);
    clearTimeout(this.timers.get(client_id));
    this.timers.delete(client_id);
    this.waiting.value = this.waiting.value.map((one) => (one.client_id === client_id ? { ...one, ...what } : one));
  }

  private take(message: Message, session: Session): void {
    const shown: Shown = { ...message, session: session.id, number: session.number };
    const others = this.messages.value.filter((one) => one.id !== message.id);
    const fresh = others.length === this.messages.value.length;
    this.messages.value = [...others, shown].sort((a, b) => a.number - b.number || a.seq - b.seq);
    if (message.client_id) this.drop(message.client_id);
    if (fresh && theirs(shown)) {
      this.shows(null);
      if (message.state !== "delivered" && message.state !== "read") this.report("delivered", shown);
    }
  }

  private shows(name: string | null): void {
    clearTimeout(this.quiet);
    this.typing.value = name;
    if (name != null) this.quiet = setTimeout(() => (this.typing.value = null), TYPING_MS);
  }
}

const theirs = (message: Shown) => message.author.kind !== "customer";

const after = (message: Shown, [number, seq]: [number, number]) =>
  message.number > number || (message.number === number && message.seq > seq);

/** `crypto.randomUUID` exists on https pages only. */
const id = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
