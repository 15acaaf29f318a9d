/** The list of chats: which are asked for, what of it was loaded, and how what happens moves it. */

import { computed, effect, signal } from "@preact/signals";

import { api, ok, type Schema } from "../api/client";
import { listen } from "../api/socket";
import { keep, kept } from "../kept";
import { somebody, token } from "../session";
import { knownOf, mine, put, stars, waits, type Session } from "./book";

export const VIEWS = ["mine", "waiting", "all", "bot", "closed", "starred"] as const;
export const GROUPINGS = ["none", "phase", "channel", "group", "agent", "language"] as const;

export type View = (typeof VIEWS)[number];
export type Grouping = (typeof GROUPINGS)[number];
export type Wanted = { view: View; channel: string; group: string; tag: string; q: string };

const NOTHING: Wanted = { view: "mine", channel: "", group: "", tag: "", q: "" };
const FIRST = 60; // chats: two screens of them
const MORE = 500;

export const wanted = signal<Wanted>({ ...NOTHING, view: VIEWS.find((view) => view === kept("view")) ?? "mine" });
export const grouping = signal<Grouping>(GROUPINGS.find((one) => one === kept("grouping")) ?? "none");
export const filtered = computed(() => Boolean(wanted.value.channel || wanted.value.group || wanted.value.tag));

type Loaded = { ids: readonly string[]; next: string | null; state: "loading" | "there" | "failed"; trouble: unknown };

const loaded = signal<Loaded>({ ids: [], next: null, state: "loading", trouble: null });
let round = 0;

export const listState = computed(() => ({ state: loaded.value.state, trouble: loaded.value.trouble, more: loaded.value.next != null }));

export function want(change: Partial<Wanted>): void {
  wanted.value = { ...wanted.value, ...change };
  keep("view", wanted.value.view);
}

export function groupBy(chosen: Grouping): void {
  keep("grouping", chosen);
  grouping.value = chosen;
}

type Query = NonNullable<Parameters<typeof ask>[0]>;

const ask = (query: { phase?: Schema["SessionView"]["phase"]; mine?: boolean; starred?: boolean; channel?: string; group?: string; tag?: string; q?: string; after?: string; limit?: number }) =>
  ok(api.GET("/api/v1/inbox/sessions", { params: { query } }));

function queries(asked: Wanted): Query[] {
  const common: Query = {
    ...(asked.channel ? { channel: asked.channel } : {}),
    ...(asked.group ? { group: asked.group } : {}),
    ...(asked.tag ? { tag: asked.tag } : {}),
    ...(asked.q ? { q: asked.q } : {}),
  };
  switch (asked.view) {
    case "mine":
      return [{ ...common, mine: true, phase: "active" }];
    case "waiting":
      return [{ ...common, phase: "queued" }, { ...common, phase: "unassigned" }];
    case "bot":
    case "closed":
      return [{ ...common, phase: asked.view }];
    case "starred":
      return [{ ...common, starred: true }];
    default:
      return [common];
  }
}

export async function reload(): Promise<void> {
  const turn = ++round;
  const asked = wanted.peek();
  const limit = asked.view === "waiting" ? MORE : FIRST;
  try {
    const pages = await Promise.all(queries(asked).map((query) => ask({ ...query, limit })));
    if (turn !== round) return;
    put(pages.flatMap((page) => page.items));
    loaded.value = { ids: pages.flatMap((page) => page.items.map((item) => item.id)), next: pages[0]?.next ?? null, state: "there", trouble: null };
  } catch (trouble) {
    if (turn === round) loaded.value = { ...loaded.value, state: "failed", trouble };
  }
}

let loadingMore = false;

export async function loadMore(): Promise<void> {
  const { next } = loaded.peek();
  if (loadingMore || !next) return;
  loadingMore = true;
  const turn = round;
  try {
    const page = await ask({ ...queries(wanted.peek())[0], after: next, limit: MORE });
    if (turn !== round) return;
    put(page.items);
    const have = new Set(loaded.peek().ids);
    loaded.value = { ...loaded.peek(), ids: [...loaded.peek().ids, ...page.items.map((item) => item.id).filter((id) => !have.has(id))], next: page.next };
  } catch (trouble) {
    if (turn === round) loaded.value = { ...loaded.peek(), trouble };
  } finally {
    loadingMore = false;
  }
}

/** Whether a chat as it is now belongs to what was asked for. A search is the server's to answer. */
function belongs(session: Session, asked: Wanted): boolean {
  if (asked.channel && session.channel.id !== asked.channel) return false;
  if (asked.group && session.group?.id !== asked.group) return false;
  if (asked.tag && !session.tags.includes(asked.tag)) return false;
  switch (asked.view) {
    case "mine":
      return session.phase === "active" && mine(session);
    case "waiting":
      return waits(session);
    case "bot":
    case "closed":
      return session.phase === asked.view;
    case "starred":
      return stars.value.has(session.id);
    default:
      return true;
  }
}

/** What is shown, in order. The longest wait first where people wait. */
export const shown = computed<readonly Session[]>(() => {
  const asked = wanted.value;
  const found = knownOf(loaded.value.ids).filter((session) => belongs(session, asked));
  return asked.view === "waiting" ? found.sort((a, b) => since(a) - since(b)) : found;
});

const since = (session: Session) => Date.parse(session.waits_since ?? session.opened_at);

export type Row = { heading: string; count: number } | { session: Session; place: number };

/** The same with headings, where it is grouped. `name` says what stands above a group. */
export function rows(sessions: readonly Session[], by: Grouping, name: (session: Session) => string): Row[] {
  if (by === "none") return sessions.map((session, place) => ({ session, place }));
  const groups = new Map<string, Row[]>();
  for (const [place, session] of sessions.entries()) {
    const heading = name(session);
    const group = groups.get(heading);
    if (group) group.push({ session, place });
    else groups.set(heading, [{ session, place }]);
  }
  return [...groups].flatMap(([heading, members]) => [{ heading, count: members.length }, ...members]);
}

// What happens moves a chat to the front; a change of what it looks like leaves it in its place.
const QUIET = new Set(["session.updated", "message.updated", "session.reminded"]);

listen((frame) => {
  if (frame.type === "reload") void reload();
  if (!("session" in frame) || !("cursor" in frame) || frame.type === "session.gone" || wanted.peek().q) return;
  const { ids } = loaded.peek();
  const { id } = frame.session;
  const has = ids.includes(id);
  if (has && (QUIET.has(frame.type) || ids[0] === id)) return;
  if (!has && !belongs(frame.session as Session, wanted.peek())) return;
  loaded.value = { ...loaded.peek(), ids: [id, ...(has ? ids.filter((one) => one !== id) : ids)] };
});

/** Load anew when something else is asked for, or somebody else signs in. */
export function begin(): () => void {
  return effect(() => {
    void wanted.value;
    void somebody.value?.id;
    if (!token.value) return;
    loaded.value = { ids: [], next: null, state: "loading", trouble: null };
    void reload();
  });
}
