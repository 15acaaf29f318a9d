/**
 * Every screen there is. The table itself is `screens.json`, which the browser tests read as well: a screen that
 * stands in it is visited, pictured and tried with axe. Here is what each shows, loaded when it is first wanted.
 */

import type { ComponentType } from "preact";

import table from "./screens.json";
import type { CommonKey } from "./texts";

export type Role = "nobody" | "agent" | "supervisor" | "admin" | "owner";
export type ScreenId = keyof typeof table;
export type Params = Readonly<Record<string, string>>;
export type Shown = ComponentType<{ params: Params }>;

export type Screen = { id: ScreenId; path: string; role: Role; title: CommonKey; load: () => Promise<Shown> };

const LOADS: Record<ScreenId, () => Promise<Shown>> = {
  "sign-in": async () => (await import("./signin")).SignIn,
  inbox: async () => (await import("./inbox/screen")).Inbox,
  chat: async () => (await import("./inbox/screen")).Inbox,
  mentions: async () => (await import("./mentions/screen")).Mentions,
  customers: async () => (await import("./customers/screen")).Customers,
  customer: async () => (await import("./customers/screen")).Customers,
  submissions: async () => (await import("./submissions/screen")).Submissions,
  submission: async () => (await import("./submissions/screen")).Submissions,
  floor: async () => (await import("./floor/screen")).Floor,
  admin: async () => (await import("./admin/overview")).Overview,
  "admin-area": async () => (await import("./admin/area")).Area,
  "admin-audit": async () => (await import("./admin/audit")).Audit,
  "admin-channels": async () => (await import("./admin/things")).SCREENS.channels.all,
  "admin-channel": async () => (await import("./admin/things")).SCREENS.channels.one,
  "admin-agents": async () => (await import("./admin/things")).SCREENS.agents.all,
  "admin-agent": async () => (await import("./admin/things")).SCREENS.agents.one,
  "admin-groups": async () => (await import("./admin/things")).SCREENS.groups.all,
  "admin-group": async () => (await import("./admin/things")).SCREENS.groups.one,
  "admin-bots": async () => (await import("./admin/things")).SCREENS.bots.all,
  "admin-bot": async () => (await import("./admin/things")).SCREENS.bots.one,
  "admin-segments": async () => (await import("./admin/things")).SCREENS.segments.all,
  "admin-segment": async () => (await import("./admin/things")).SCREENS.segments.one,
  preferences: async () => (await import("./preferences")).Preferences,
};

export const SCREENS: readonly Screen[] = (Object.keys(table) as ScreenId[]).map((id) => ({
  id,
  path: table[id].path,
  role: table[id].role as Role,
  title: table[id].title as CommonKey,
  load: LOADS[id],
}));

const RANK: readonly Role[] = ["nobody", "agent", "supervisor", "admin", "owner"];

export const atLeast = (role: Role, wanted: Role) => RANK.indexOf(role) >= RANK.indexOf(wanted);

/** The screen of an address, and what stands in the places of its path. */
export function screenAt(path: string): { screen: Screen; params: Params } | null {
  const steps = parts(path);
  for (const screen of SCREENS) {
    const params = matched(parts(screen.path), steps);
    if (params) return { screen, params };
  }
  return null;
}

/** The address of a screen: `addressOf("chat", { session: "…" })`. */
export function addressOf(id: ScreenId, params: Params = {}): string {
  return table[id].path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}

const parts = (path: string) => path.split("/").filter(Boolean);

function matched(wanted: readonly string[], steps: readonly string[]): Params | null {
  if (wanted.length !== steps.length) return null;
  const params: Record<string, string> = {};
  for (const [place, part] of wanted.entries()) {
    const step = steps[place] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decoded(step);
    else if (part !== step) return null;
  }
  return params;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
