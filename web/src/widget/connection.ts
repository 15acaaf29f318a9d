/**
 * The way to the server: a visit for a token, a socket that signs in and resumes from the last cursor, and again after
 * every loss, with growing and scattered pauses. What is said and heard on it is the chat's business.
 */

import type { Keep } from "./keep";
import type { Content, Frame } from "./wire";

export type Status = "idle" | "connecting" | "open" | "waiting" | "unavailable";

export type Listener = {
  status(status: Status): void;
  /** Signed in: what waits may be sent. */
  opened(): void;
  frame(frame: Frame): void;
  /** Everything shown so far is to be forgotten: the server starts from the beginning. */
  forget(): void;
};

const FIRST_PAUSE = 500; // ms
const LONGEST_PAUSE = 30_000;
const NO_VISIT = 4401; // the token is too old
const TOO_MANY_TABS = 1008;

class Refused extends Error {}

export class Connection {
  private socket: WebSocket | null = null;
  private token: string | null = null;
  private cursor: string | null = null;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private connecting = false;

  constructor(
    private readonly address: string,
    private readonly visitor: () => Record<string, unknown>,
    private readonly keep: Keep,
    private readonly listener: Listener,
  ) {
    addEventListener("online", () => this.again());
    addEventListener("offline", () => this.lost(this.socket));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.again();
    });
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    void this.connect();
  }

  send(frame: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Keep a file at the server; the answer is a content to send. Null if it was not taken. */
  async upload(file: File): Promise<Content | null> {
    const answer = await fetch(`${this.address}/files?name=${encodeURIComponent(file.name)}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${this.token}` },
      credentials: "omit",
      body: file,
    });
    return answer.ok ? ((await answer.json()) as Content) : null;
  }

  /** The other side does not answer although the line looks open: begin anew. */
  renew(): void {
    this.lost(this.socket);
  }

  private again(): void {
    if (this.running && !this.socket) void this.connect();
  }

  private async connect(): Promise<void> {
    if (this.connecting) return;
    this.connecting = true;
    clearTimeout(this.timer);
    this.listener.status("connecting");
    try {
      if (!this.token) await this.visit();
      this.listen(new WebSocket(`${this.address.replace(/^http/, "ws")}/socket`));
    } catch (error) {
      if (error instanceof Refused) {
        this.running = false;
        this.listener.status("unavailable");
        console.error(`frontdesk: ${error.message}`);
      } else {
        this.pause();
      }
    } finally {
      this.connecting = false;
    }
  }

  private async visit(): Promise<void> {
    const known = this.keep.get("token");
    const answer = await fetch(`${this.address}/visits`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "omit",
      body: JSON.stringify({ ...this.visitor(), ...(known ? { token: known } : {}) }),
    });
    if (answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status)) {
      throw new Refused(`this chat cannot be opened (${answer.status}): ${await answer.text()}`);
    }
    if (!answer.ok) throw new Error(`visits: ${answer.status}`);
    // Its cursor is not used: without one the socket begins with the history.
    this.token = ((await answer.json()) as { token: string }).token;
    this.keep.set("token", this.token);
  }

  private listen(socket: WebSocket): void {
    this.socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "auth", token: this.token, after: this.cursor }));
    };
    socket.onmessage = (event) => {
      if (socket === this.socket) this.heard(JSON.parse(String(event.data)) as Frame);
    };
    socket.onclose = (event) => {
      if (event.code === NO_VISIT) this.token = null;
      this.lost(socket, event.code !== TOO_MANY_TABS);
    };
  }

  private heard(frame: Frame): void {
    if (frame.type === "error" && frame.code === "no_visit") this.token = null;
    if (frame.type === "reload") {
      this.token = this.cursor = null;
      this.listener.forget();
      this.lost(this.socket);
      return;
    }
    if (frame.type === "ready") {
      this.tries = 0;
      this.listener.status("open");
      this.listener.opened();
    }
    this.listener.frame(frame);
    // After the frame was taken: one that failed half-way is to come again.
    if ("cursor" in frame && frame.cursor) this.cursor = frame.cursor;
  }

  /** A tab that had to make room comes back when it is looked at. */
  private lost(socket: WebSocket | null, soon = true): void {
    if (!socket || socket !== this.socket) return;
    this.socket = null;
    socket.onclose = socket.onmessage = socket.onopen = null;
    socket.close();
    if (soon) this.pause();
    else this.listener.status("waiting");
  }

  private pause(): void {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.tries++);
    this.listener.status("waiting");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(), longest / 2 + (Math.random() * longest) / 2);
  }
}
