/**
 * The live feed: one socket for each tab, resumed from its cursor after any loss, so that nothing is missed and nothing
 * comes twice. Whoever shows something listens; frames carry sessions and messages as they are now.
 */

import { batch, effect, signal } from "@preact/signals";

import { signedOut, token } from "../session";
import type { Schema } from "./client";

type Session = Schema["SessionView"];
type Message = Schema["MessageView"];
type Ref = Schema["Ref"];

export type SessionFrame = {
  cursor: string;
  type: `session.${string}`;
  session: Session;
  at: string;
  message?: Message;
};
export type GoneFrame = { cursor: string; type: "session.gone"; session: { id: string }; at: string };
export type MessageFrame = { cursor: string; type: "message.created" | "message.updated"; session: Session; message: Message; at: string };
export type SubmissionFrame = { cursor: string; type: `submission.${string}`; session: Session; submission: Schema["SubmissionView"]; at: string };
export type WordsFrame = { cursor: string; type: "words.found"; session: Session; message?: Message; hits: Schema["HitView"][]; at: string };
export type TypingFrame = { type: "typing"; session: { id: string }; by: "customer" | "agent"; agent?: Ref | null };
export type LookingFrame = { type: "looking"; session: { id: string }; agent: Ref; on: boolean };
export type StatusFrame = { type: "agent.status"; agent: Ref; status: "online" | "busy" | "offline" };
export type ReadyFrame = { type: "ready"; cursor: string; agent: Ref };
export type ReloadFrame = { type: "reload"; cursor?: string };
export type ErrorFrame = { type: "error"; code: string; detail: string };

export type Frame =
  | SessionFrame
  | GoneFrame
  | MessageFrame
  | SubmissionFrame
  | WordsFrame
  | TypingFrame
  | LookingFrame
  | StatusFrame
  | ReadyFrame
  | ReloadFrame
  | ErrorFrame;

export type Line = "connecting" | "open" | "waiting";

const FIRST_PAUSE = 400; // ms
const LONGEST_PAUSE = 15_000;
const SIGNED_OUT = 4401;

const listeners = new Set<(frame: Frame) => void>();
const line = signal<Line>("connecting");

export { line };

/** Hear every frame from now on; what is returned ends it. Listeners must not throw. */
export function listen(heard: (frame: Frame) => void): () => void {
  listeners.add(heard);
  return () => void listeners.delete(heard);
}

/** Say something that is shown now or never. */
export function tell(frame: object): void {
  if (socket?.readyState === WebSocket.OPEN && line.value === "open") socket.send(JSON.stringify(frame));
}

let socket: WebSocket | null = null;
let cursor: string | null = null;
let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Follow the sign-in: a socket while somebody is signed in, none otherwise. */
export function start(): void {
  effect(() => {
    const signed = token.value;
    drop();
    clearTimeout(timer);
    cursor = null;
    tries = 0;
    if (signed) connect(signed);
  });
  addEventListener("online", () => again());
  addEventListener("offline", () => lost());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
}

function again(): void {
  const signed = token.peek();
  if (!signed || socket) return;
  clearTimeout(timer);
  connect(signed);
}

function connect(signed: string): void {
  line.value = "connecting";
  const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/inbox/socket`);
  socket = opened;
  opened.onopen = () => opened.send(JSON.stringify({ type: "auth", token: signed, after: cursor }));
  opened.onmessage = (event) => opened === socket && heard(JSON.parse(String(event.data)) as Frame);
  opened.onclose = (event) => {
    if (opened !== socket) return;
    if (event.code === SIGNED_OUT) signedOut();
    else lost();
  };
}

function heard(frame: Frame): void {
  if (frame.type === "ready" || frame.type === "reload") {
    tries = 0;
    line.value = "open";
  }
  // A frame without a cursor that says "reload" is the last of a socket that was too slow: begin anew after it.
  if (frame.type === "reload" && !frame.cursor) cursor = null;
  // All that one frame changes is drawn at once.
  batch(() => {
    for (const listener of listeners) listener(frame);
  });
  if ("cursor" in frame && frame.cursor) cursor = frame.cursor; // after it was taken
}

function lost(): void {
  drop();
  if (!token.peek()) return;
  line.value = "waiting";
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries++);
  clearTimeout(timer);
  timer = setTimeout(again, longest / 2 + (Math.random() * longest) / 2);
}

function drop(): void {
  const gone = socket;
  socket = null;
  if (!gone) return;
  gone.onclose = gone.onmessage = gone.onopen = null;
  gone.close();
}
