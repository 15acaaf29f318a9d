/** One area of settings on one level: the form its schema makes, what it falls through to, its history, its tools. */

import { useEffect, useState } from "preact/hooks";

import { Problem, type Schema } from "../api/client";
import { go, query } from "../router";
import { addressOf, type Params } from "../screens";
import { say } from "../texts";
import { Button } from "../ui/button";
import { Trouble, Waits } from "../ui/shown";
import { toast } from "../ui/toast";
import { useDoing, useLoaded } from "../ui/use";
import { SchemaForm, type Names, type Source } from "./form";
import { AdminFrame, useAreas, useNames, type Area as AreaView } from "./frame";
import { History } from "./history";
import { same, type Fields, type Schema as JsonSchema } from "./schema";
import { ask, get, settingsPath, type Scope, type Tagged } from "./server";
import { a } from "./texts";
import { Tools } from "./tools";

export function Area({ params }: { params: Params }) {
  const name = params["area"] ?? "";
  const found = useAreas();
  const { names, trouble } = useNames();
  const area = found.value?.find((one) => one.area === name);
  if (!found.value || !names) return <AdminFrame title={a("settings")}>{found.trouble || trouble ? <Trouble of={found.trouble ?? trouble} again={found.again} /> : <Waits />}</AdminFrame>;
  if (!area) return <AdminFrame title={say("nowhere")}><p>{name}</p></AdminFrame>;
  const scope = scopeOf(query.value);
  return (
    <AdminFrame title={area.title} tools={<Levels area={area} names={names} scope={scope} />}>
      {area.about ? <p class="soft about">{area.about}</p> : null}
      <AtLevel key={`${name} ${scope.level} ${scope.id}`} area={area} scope={scope} names={names} />
    </AdminFrame>
  );
}

function scopeOf(asked: URLSearchParams): Scope {
  const [group, channel] = [asked.get("group"), asked.get("channel")];
  return group ? { level: "group", id: group } : channel ? { level: "channel", id: channel } : { level: "all", id: "" };
}

function Levels({ area, names, scope }: { area: AreaView; names: Names; scope: Scope }) {
  const to = (chosen: string) => {
    const [level, id] = chosen.split(":");
    go(`${addressOf("admin-area", { area: area.area })}${id ? `?${level}=${encodeURIComponent(id)}` : ""}`);
  };
  const options = (level: "group" | "channel", label: string) => {
    const listed = names[`${level}s`] ?? [];
    return area.levels.includes(level) && listed.length ? <optgroup label={label}>{listed.map((one) => <option key={one.id} value={`${level}:${one.id}`}>{one.name}</option>)}</optgroup> : null;
  };
  return (
    <label class="row level"><span>{a("set_for")}</span>
      <select class="input short" value={scope.level === "all" ? "all" : `${scope.level}:${scope.id}`} onChange={(event) => to(event.currentTarget.value)}>
        <option value="all">{a("everybody")}</option>
        {options("group", a("groups"))}
        {options("channel", a("channels"))}
      </select>
    </label>
  );
}

type Loaded = { here: Tagged<Fields>; sources: readonly Source[] };

async function load(area: AreaView, scope: Scope, names: Names): Promise<Loaded> {
  const here = await ask<Fields>("GET", settingsPath(scope, area.area));
  const sources: Source[] = [];
  if (scope.level === "channel") {
    const { group } = await get<Schema["ChannelView"]>(`admin/channels/${encodeURIComponent(scope.id)}`);
    const name = names["groups"]?.find((one) => one.id === group)?.name;
    if (group && name && area.levels.includes("group")) sources.push({ label: name, body: await get<Fields>(settingsPath({ level: "group", id: group }, area.area)) });
  }
  if (scope.level !== "all") sources.push({ label: a("everybody"), body: await get<Fields>(settingsPath({ level: "all", id: "" }, area.area)) });
  return { here, sources: [...sources, { label: a("built_in"), body: area.defaults as Fields }] };
}

function AtLevel({ area, scope, names }: { area: AreaView; scope: Scope; names: Names }) {
  const found = useLoaded(`${area.area} ${scope.level} ${scope.id}`, () => load(area, scope, names));
  const [draft, setDraft] = useState<Fields | null>(null);
  const [round, setRound] = useState(0);
  const doing = useDoing();
  const before = found.value?.here.body;
  useEffect(() => {
    setDraft(before ?? null);
    setRound((one) => one + 1);
  }, [before]);
  if (!found.value || !draft) return found.trouble ? <Trouble of={found.trouble} again={found.again} /> : <Waits />;
  const { here, sources } = found.value;
  const problem = doing.trouble instanceof Problem ? doing.trouble : null;
  const changed = !same(draft, here.body);
  const save = () => doing.run(async () => {
    const saved = await ask<Fields>("PUT", settingsPath(scope, area.area), draft, here.tag);
    found.set({ here: saved, sources });
    toast(a("saved"));
  });
  const again = () => {
    doing.forget();
    found.again();
  };
  return (
    <>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); void save(); }} noValidate>
        <section class="card"><SchemaForm key={round} schema={area.schema as JsonSchema} value={draft} onChange={setDraft} names={names} errors={problem?.errors ?? []} sources={sources} /></section>
        <Problems of={doing.trouble} again={problem?.status === 412 ? again : undefined} />
        <div class="bar">
          <span class="grow faint" role="status">{changed ? a("not_saved") : ""}</span>
          <Button disabled={!changed} onClick={() => { doing.forget(); setDraft(here.body); setRound((one) => one + 1); }}>{a("discard")}</Button>
          <Button type="submit" look="main" busy={doing.busy} disabled={!changed}>{say("save")}</Button>
        </div>
      </form>
      <Tools area={area.area} scope={scope} draft={draft} names={names} onImported={again} />
      <History key={here.tag} path={settingsPath(scope, area.area)} tag={here.tag} schema={area.schema as JsonSchema} names={names} onUndone={again} />
    </>
  );
}

/** What the server says is wrong, with every field it names: nothing stays unseen. */
export function Problems({ of, again }: { of: unknown; again?: (() => void) | undefined }) {
  if (of == null) return null;
  const errors = of instanceof Problem ? of.errors : [];
  return (
    <div class="stack">
      <Trouble of={of} again={again} />
      {errors.length ? <ul class="problems">{errors.map((one) => <li key={`${one.field} ${one.message}`}><code>{one.field}</code> {one.message}</li>)}</ul> : null}
    </div>
  );
}
