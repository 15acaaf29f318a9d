/**
 * The admin API by path: its settings are documents of many shapes and on three levels, so they are asked for by their
 * address, each with its ETag.
 */

import { Problem, problem, type Schema } from "../api/client";
import { signedOut, token } from "../session";
import { say } from "../texts";
import type { Json } from "./schema";

export type Document = Readonly<Record<string, Json>>;
export type Tagged<T> = { body: T; tag: string | null };
export type Level = Schema["AreaView"]["levels"][number];
export type Scope = { level: Level; id: string };

export async function ask<T>(method: string, path: string, body?: unknown, tag?: string | null): Promise<Tagged<T>> {
  const used = token.value;
  const headers: Record<string, string> = { Authorization: `Bearer ${used}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (tag) headers["If-Match"] = tag;
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, { method, headers, credentials: "omit", body: body === undefined ? null : JSON.stringify(body) });
  } catch {
    throw new Problem(0, say("no_connection"), "no_connection");
  }
  if (response.status === 401 && used === token.value) signedOut();
  const json = /json/.test(response.headers.get("Content-Type") ?? "");
  const found: unknown = json ? await response.json() : null;
  if (!response.ok) throw problem(response.status, found);
  return { body: found as T, tag: response.headers.get("ETag") };
}

export const get = async <T>(path: string) => (await ask<T>("GET", path)).body;

/** All of a list, page by page. */
export async function all<T>(path: string): Promise<readonly T[]> {
  const found: T[] = [];
  let after: string | null = null;
  do {
    const page: { items: T[]; next: string | null } = await get(`${path}?limit=500${after ? `&after=${encodeURIComponent(after)}` : ""}`);
    found.push(...page.items);
    after = page.next;
  } while (after);
  return found;
}

/** Where the settings of a level stand. */
export function settingsPath(scope: Scope, area: string): string {
  const under = scope.level === "all" ? "" : `${scope.level}s/${encodeURIComponent(scope.id)}/`;
  return `admin/${under}settings/${encodeURIComponent(area)}`;
}
