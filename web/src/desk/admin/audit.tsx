/** Everything that was changed, by whom and when, found by person, thing and day; each with what it changed, and undone
 * where that can be done. */

import { useState } from "preact/hooks";

import type { Schema } from "../api/client";
import { addressOf } from "../screens";
import { dateOf, say, timeOf } from "../texts";
import { Button } from "../ui/button";
import { SelectField, TextField } from "../ui/field";
import { Empty, Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { toast } from "../ui/toast";
import { useDoing, useLoaded } from "../ui/use";
import { Search } from "lucide";
import type { Named, Names } from "./around";
import { AdminFrame, oneOf, THINGS, useAreas, useForms, useNames, type Area, type Thing } from "./frame";
import { Changed } from "./history";
import type { Schema as JsonSchema } from "./schema";
import { ask, get, settingsPath } from "./server";
import { a, type AdminKey } from "./texts";

type Change = Schema["ChangeView"];
type Page = Schema["Listing_ChangeView_"];
type Version = Schema["RevisionView"];

type Asked = { who: string; what: string; from: string; to: string };
const ALL: Asked = { who: "", what: "", from: "", to: "" };

const PAGE = 50;

export function Audit() {
  const [asked, setAsked] = useState(ALL);
  const path = `admin/audit?${queryOf(asked)}`;
  const found = useLoaded(path, () => get<Page>(path));
  const known = useAreas();
  const { names } = useNames();
  const doing = useDoing();
  const more = () => void doing.run(async () => {
    const next = await get<Page>(`${path}&after=${encodeURIComponent(found.value!.next!)}`);
    found.set({ items: [...found.value!.items, ...next.items], next: next.next });
  });
  const titles = new Map((known.value ?? []).map((one) => [one.area, one.title]));
  const forms = useForms();
  /** Of an area, else of the form of such a thing (of any kind: what all have in common is called alike). */
  const schemaOf = (change: Change) => {
    const found = change.area ? known.value?.find((one) => one.area === change.area) : forms.value?.find((one) => one.form === change.what || one.form.startsWith(`${change.what}.`));
    return found?.schema as JsonSchema | undefined;
  };
  return (
    <AdminFrame title={a("audit")}>
      <Filters asked={asked} onChange={setAsked} areas={known.value ?? []} people={names?.["agents"] ?? []} />
      <Trouble of={found.trouble ?? doing.trouble} again={found.again} />
      {!found.value ? (found.trouble ? null : <Waits />) : !found.value.items.length ? <Empty icon={Search} title={a("nothing_found")} /> : (
        <Table label={a("audit")} className="audit">
          <thead><tr><th scope="col">{a("when")}</th><th scope="col">{a("who")}</th><th scope="col">{a("what")}</th><th scope="col"><span class="unseen">{a("details")}</span></th></tr></thead>
          <tbody>{found.value.items.map((one) => <Row key={`${one.what} ${one.document} ${one.version}`} change={one} title={titles.get(one.area ?? "") ?? one.area ?? ""} schema={schemaOf(one)} names={names ?? {}} onUndone={found.again} />)}</tbody>
        </Table>
      )}
      {found.value?.next ? <div><Button busy={doing.busy} onClick={more}>{say("more")}</Button></div> : null}
    </AdminFrame>
  );
}

/** Days are whole, and those of whoever asks. */
function queryOf({ who, what, from, to }: Asked): string {
  const query = new URLSearchParams({ limit: String(PAGE) });
  const [kind = "", area = ""] = what.split(":");
  if (who) query.set("who", who);
  if (area) query.set("area", area);
  else if (kind) query.set("what", kind);
  if (from) query.set("since", midnight(from, 0));
  if (to) query.set("until", midnight(to, 1));
  return String(query);
}

function midnight(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

function Filters({ asked, onChange, areas, people }: { asked: Asked; onChange: (asked: Asked) => void; areas: readonly Area[]; people: readonly Named[] }) {
  const set = (field: keyof Asked) => (value: string) => onChange({ ...asked, [field]: value });
  const what = [
    { value: "", label: a("anything") },
    ...THINGS.map((thing) => ({ value: thing, label: a(thing as AdminKey) })),
    { value: "settings", label: a("settings") },
    ...areas.map((one) => ({ value: `settings:${one.area}`, label: `${a("settings")}: ${one.title}` })),
  ];
  return (
    <search class="card filters">
      <SelectField label={a("who")} value={asked.who} options={[{ value: "", label: a("anybody") }, ...people.map((one) => ({ value: one.id, label: one.name }))]} onChange={set("who")} />
      <SelectField label={a("what")} value={asked.what} options={what} onChange={set("what")} />
      <TextField label={a("from")} type="date" value={asked.from} onChange={set("from")} />
      <TextField label={a("to")} type="date" value={asked.to} onChange={set("to")} />
    </search>
  );
}

type RowProps = { change: Change; title: string; schema: JsonSchema | undefined; names: Names; onUndone: () => void };

function Row({ change, title, schema, names, onUndone }: RowProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr>
        <td class="numeric"><span class="date">{dateOf(change.at)}</span> <span class="date">{timeOf(change.at)}</span></td>
        <td><bdi>{change.who.name}</bdi></td>
        <td><What change={change} title={title} /></td>
        <td class="end"><Button small pressed={open} onClick={() => setOpen(!open)}>{a("details")}</Button></td>
      </tr>
      {open ? <tr><td colSpan={4}><Details change={change} schema={schema} names={names} onUndone={onUndone} /></td></tr> : null}
    </>
  );
}

function What({ change, title }: { change: Change; title: string }) {
  if (change.area && change.level) {
    const at = change.level === "all" ? "" : `?${change.level}=${encodeURIComponent(change.id ?? "")}`;
    return <><a href={`${addressOf("admin-area", { area: change.area })}${at}`}>{title}</a> · <bdi>{change.level === "all" ? a("everybody") : (change.name ?? change.id)}</bdi></>;
  }
  const thing = THINGS.find((one) => one === change.what);
  const name = <bdi>{change.name ?? change.id}</bdi>;
  return <>{thing ? a(thing as AdminKey) : change.what}: {thing && change.id && change.name ? <a href={oneOf(thing as Thing, change.id)}>{name}</a> : name}</>;
}

/** What was changed then; undoing writes what was before it. */
function Details({ change, schema, names, onUndone }: Omit<RowProps, "title">) {
  const path = `admin/audit/${[change.what, change.document, change.version].map(encodeURIComponent).join("/")}`;
  const found = useLoaded(path, () => get<Version>(path));
  const doing = useDoing();
  const where = undoAt(change);
  const undo = () => void doing.run(async () => {
    await ask("POST", where!, { version: change.version - 1 });
    toast(a("undone"));
    onUndone();
  });
  if (!found.value) return found.trouble ? <Trouble of={found.trouble} /> : <Waits />;
  return (
    <div class="stack">
      <Trouble of={doing.trouble} />
      {found.value.diff.length ? <ul class="diff">{found.value.diff.map((each) => <Changed key={each.path} of={each} schema={schema} names={names} />)}</ul> : <p class="faint">{a("none")}</p>}
      {where ? <div><Button small busy={doing.busy} onClick={undo}>{a("back_before")}</Button></div> : null}
    </div>
  );
}

/** Where a change is undone; null for what keeps no way back, and for the beginning of a bot or segment. */
function undoAt(change: Change): string | null {
  if (change.area) return `${settingsPath({ level: change.level!, id: change.id ?? "" }, change.area)}/undo`;
  const keeps = change.what === "bots" || change.what === "segments";
  return keeps && change.version > 1 && change.name ? `admin/${change.what}/${encodeURIComponent(change.id!)}/undo` : null;
}
