/** What is around every page of the administration: the way to the others. */

import "./admin.css";

import { ArrowLeft } from "lucide";
import type { ComponentChildren } from "preact";

import type { Schema } from "../api/client";
import { addressOf, type ScreenId } from "../screens";
import { place } from "../router";
import { language, say } from "../texts";
import { Icon } from "../ui/icon";
import { useLoaded } from "../ui/use";
import { all, get } from "./server";
import { a, type AdminKey } from "./texts";
import type { Names } from "./form";

export type Area = Schema["AreaView"];
export type Thing = "channels" | "agents" | "groups" | "segments" | "bots";
export const THINGS: readonly Thing[] = ["channels", "agents", "groups", "bots", "segments"];

export type Form = Schema["FormView"];

/** What the server says of the forms there are, in the agent's language: asked for once in each. */
const asked = new Map<string, Promise<readonly unknown[]>>();
function once<T>(path: string): Promise<readonly T[]> {
  const found = asked.get(path) ?? get<{ items: readonly T[] }>(path).then(({ items }) => items, (error: unknown) => {
    asked.delete(path);
    throw error;
  });
  asked.set(path, found);
  return found as Promise<readonly T[]>;
}

function useWorded<T>(path: string) {
  const worded = `${path}?language=${encodeURIComponent(language.value)}`;
  return useLoaded(worded, () => once<T>(worded));
}

export const useAreas = () => useWorded<Area>("admin/settings");
export const useForms = () => useWorded<Form>("admin/forms");

export const listOf = (thing: Thing) => addressOf(`admin-${thing}` as ScreenId);
export const oneOf = (thing: Thing, id: string) => addressOf(`admin-${thing.slice(0, -1)}` as ScreenId, { id });

type Titled = { id: string; name: string };

/** The names that ids in forms stand for. */
export function useNames(): { names: Names | null; trouble: unknown } {
  const found = useLoaded("names", async () => {
    const lists = await Promise.all(THINGS.map((thing) => all<Titled>(`admin/${thing}`)));
    return Object.fromEntries(THINGS.map((thing, at) => [thing, lists[at]!])) as Names;
  });
  return { names: found.value, trouble: found.trouble };
}

export function AdminFrame({ title, tools, children, overview = false }: { title: string; tools?: ComponentChildren; children: ComponentChildren; overview?: boolean }) {
  const found = useAreas();
  const at = place.value;
  const area = at?.params["area"];
  return (
    <div class={overview ? "admin overview" : "admin"}>
      <nav class="admin-nav" aria-label={say("screen_admin")}>
        <h2>{a("people")}</h2>
        <ul>
          {THINGS.map((thing) => <Way key={thing} to={listOf(thing)} here={at?.screen.path.startsWith(listOf(thing)) ?? false}>{a(thing as AdminKey)}</Way>)}
        </ul>
        <h2>{a("settings")}</h2>
        <ul>
          {(found.value ?? []).map((one) => <Way key={one.area} to={addressOf("admin-area", { area: one.area })} here={area === one.area}>{one.title}</Way>)}
        </ul>
        <h2>{a("log")}</h2>
        <ul><Way to={addressOf("admin-audit")} here={at?.screen.id === "admin-audit"}>{a("audit")}</Way></ul>
      </nav>
      <div class="admin-main page">
        <header>
          {overview ? null : <a class="button quiet icon-only to-overview" href={addressOf("admin")} aria-label={say("screen_admin")}><Icon of={ArrowLeft} turns /></a>}
          <h1 class="grow">{title}</h1>
          {tools}
        </header>
        {children}
      </div>
    </div>
  );
}

function Way({ to, here, children }: { to: string; here: boolean; children: ComponentChildren }) {
  return <li><a href={to} aria-current={here ? "page" : undefined}>{children}</a></li>;
}
