/** Channels, agents, groups, segments and bots: listed, added, changed and removed by the forms the server describes. */

import { Trash2 } from "lucide";
import { useEffect, useState } from "preact/hooks";

import { Problem, type Schema } from "../api/client";
import { go, query } from "../router";
import type { Params, Shown } from "../screens";
import { say } from "../texts";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { SelectField } from "../ui/field";
import { Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { toast } from "../ui/toast";
import { useDoing, useLoaded } from "../ui/use";
import { Problems } from "./area";
import { ChannelCards, Guide } from "./channel";
import { SchemaForm, type Names } from "./form";
import { AdminFrame, listOf, oneOf, useForms, useNames, type Form, type Thing } from "./frame";
import { Health } from "./health";
import { fieldsOf, resolved, same, withField, type Fields, type Json, type Schema as JsonSchema } from "./schema";
import { all, ask } from "./server";
import { a, type AdminKey } from "./texts";
import { TryBot } from "./try-bot";
import { inWords } from "./words";

const NEW = "new";
/** Things of several kinds; their kind is chosen first and stays. */
const BY_KIND: readonly Thing[] = ["channels", "bots"];

type Row = Fields & { id: string; name: string };
const COLUMNS: Record<Thing, readonly string[]> = { channels: ["kind", "language"], agents: ["email", "role", "capacity"], groups: ["agents", "method"], bots: ["kind"], segments: [] };

function listed(thing: Thing) {
  return function Listed() {
    const found = useLoaded(thing, () => all<Row>(`admin/${thing}`));
    const shapes = useForms();
    const titles = new Map((shapes.value ?? []).map((one) => [one.form, one.title]));
    const schema = shapes.value?.find((one) => one.form === thing || one.form.startsWith(`${thing}.`))?.schema as JsonSchema | undefined;
    const fields = schema ? resolved(schema, schema.$defs ?? {}).properties : undefined;
    const shown = (row: Row, column: string) => column === "kind" ? (titles.get(`${thing}.${String(row["kind"])}`) ?? String(row["kind"])) : Array.isArray(row[column]) ? String(row[column].length) : inWords(row[column], fields?.[column], schema?.$defs ?? {}, {});
    return (
      <AdminFrame title={a(thing as AdminKey)} tools={<a class="button main" href={oneOf(thing, NEW)}>{a("add", { what: a(one(thing)) })}</a>}>
        <Trouble of={found.trouble} again={found.again} />
        {!found.value ? (found.trouble ? null : <Waits />) : found.value.length ? (
          <Table label={a(thing as AdminKey)}>
            <thead><tr><th scope="col">{a("name")}</th>{COLUMNS[thing].map((column) => <th key={column} scope="col">{a(column as AdminKey)}</th>)}{thing === "channels" ? <th scope="col">{a("health")}</th> : null}</tr></thead>
            <tbody>
              {found.value.map((row) => (
                <tr key={row.id}>
                  <td><a href={oneOf(thing, row.id)}><bdi>{row.name}</bdi></a></td>
                  {COLUMNS[thing].map((column) => <td key={column}><bdi>{shown(row, column)}</bdi></td>)}
                  {thing === "channels" ? <td><Health of={row["health"] as unknown as Schema["HealthView"]} /></td> : null}
                </tr>
              ))}
            </tbody>
          </Table>
        ) : <p class="faint">{a("nothing_yet")}</p>}
      </AdminFrame>
    );
  };
}

const one = (thing: Thing) => `one_${thing.slice(0, -1)}` as AdminKey;

function single(thing: Thing) {
  return function Single({ params }: { params: Params }) {
    const id = params["id"] ?? NEW;
    const { names, trouble } = useNames();
    const shapes = useForms();
    if (!names || !shapes.value) return <AdminFrame title={a(one(thing))}>{trouble || shapes.trouble ? <Trouble of={trouble ?? shapes.trouble} again={shapes.again} /> : <Waits />}</AdminFrame>;
    return id === NEW ? <Fresh thing={thing} names={names} forms={shapes.value} /> : <Known key={id} thing={thing} id={id} names={names} forms={shapes.value} />;
  };
}

function Fresh({ thing, names, forms }: { thing: Thing; names: Names; forms: readonly Form[] }) {
  const kinds = forms.filter((form) => form.form.startsWith(`${thing}.`));
  const kind = BY_KIND.includes(thing) ? (query.value.get("kind") ?? kinds[0]?.form.split(".")[1] ?? "") : null;
  const form = forms.find((each) => each.form === (kind ? `${thing}.${kind}` : thing));
  return (
    <AdminFrame title={a("add", { what: a(one(thing)) })}>
      {kind ? (
        <section class="card"><SelectField label={a("kind")} value={kind} options={kinds.map((each) => ({ value: each.form.split(".")[1]!, label: each.title }))}
          onChange={(next) => go(`${oneOf(thing, NEW)}?kind=${encodeURIComponent(next)}`, { replace: true })} /></section>
      ) : null}
      {form?.about ? <p class="soft about">{form.about}</p> : null}
      {form?.guide?.length ? <Guide steps={form.guide} webhook={null} script={null} /> : null}
      {form ? <Edited key={form.form} thing={thing} id={null} tag={null} form={form} names={names} before={kind ? { kind } : {}} onSaved={(id) => go(oneOf(thing, id))} /> : null}
    </AdminFrame>
  );
}

function Known({ thing, id, names, forms }: { thing: Thing; id: string; names: Names; forms: readonly Form[] }) {
  const path = `admin/${thing}/${encodeURIComponent(id)}`;
  const found = useLoaded(path, () => ask<Row>("GET", path));
  const [leaving, setLeaving] = useState(false);
  const row = found.value?.body;
  const form = forms.find((each) => each.form === (row && BY_KIND.includes(thing) ? `${thing}.${String(row["kind"])}` : thing));
  if (!row || !form) return <AdminFrame title={a(one(thing))}>{found.trouble ? <Trouble of={found.trouble} again={found.again} /> : <Waits />}</AdminFrame>;
  return (
    <AdminFrame title={row.name} tools={<Button look="quiet" icon={Trash2} onClick={() => setLeaving(true)}>{say("delete")}</Button>}>
      {thing === "channels" ? <ChannelCards channel={row as unknown as Schema["ChannelView"]} onChecked={found.again} guide={form.guide ?? []} /> : null}
      <Edited key={found.value!.tag} thing={thing} id={id} tag={found.value!.tag} form={form} names={names} before={row} onSaved={found.again} />
      {thing === "bots" ? <TryBot id={id} /> : null}
      <Users of={row["users"]} />
      {leaving ? <Leave thing={thing} id={id} name={row.name} onClose={() => setLeaving(false)} /> : null}
    </AdminFrame>
  );
}

/** What a document is made of, without what the server adds to it. */
function filledIn(schema: JsonSchema, row: Fields): Fields {
  const shape = schema.$defs![schema.$ref!.split("/").at(-1)!]!;
  return Object.fromEntries(Object.keys(shape.properties ?? {}).filter((name) => row[name] !== undefined).map((name) => [name, name === "settings" ? given(row[name]!) : row[name]!]));
}

/** Secrets that are not set are nothing. */
const given = (settings: Json): Fields => Object.fromEntries(Object.entries(fieldsOf(settings)).filter(([, value]) => !same(value, { set: false })));

type EditedProps = { thing: Thing; id: string | null; tag: string | null; form: Form; names: Names; before: Fields; onSaved: (id: string) => void };

function Edited({ thing, id, tag, form, names, before, onSaved }: EditedProps) {
  const schema = form.schema as JsonSchema;
  const start = filledIn(schema, before);
  const [draft, setDraft] = useState<Fields>(start);
  const doing = useDoing();
  const problem = doing.trouble instanceof Problem ? doing.trouble : null;
  useEffect(() => doing.forget(), []);
  const save = () => doing.run(async () => {
    const path = id ? `admin/${thing}/${encodeURIComponent(id)}` : `admin/${thing}`;
    const saved = await ask<Row>(id ? "PATCH" : "POST", path, id ? patch(start, draft) : draft, tag);
    toast(a("saved"));
    onSaved(saved.body.id);
  });
  return (
    <form class="stack" onSubmit={(event) => { event.preventDefault(); void save(); }} noValidate>
      <section class="card"><SchemaForm schema={schema} value={draft} onChange={setDraft} names={names} errors={problem?.errors ?? []} hidden={["kind"]} /></section>
      <Problems of={doing.trouble} again={problem?.status === 412 && id ? () => onSaved(id) : undefined} />
      <div class="bar">
        <span class="grow faint" role="status">{id && !same(draft, start) ? a("not_saved") : ""}</span>
        <a class="button" href={listOf(thing)}>{say("cancel")}</a>
        <Button type="submit" look="main" busy={doing.busy} disabled={Boolean(id) && same(draft, start)}>{id ? say("save") : a("create")}</Button>
      </div>
    </form>
  );
}

/** Only what changed; a setting that is gone is taken away by null. */
function patch(before: Fields, now: Fields): Fields {
  const changed = Object.fromEntries(Object.entries(now).filter(([name, value]) => name !== "kind" && name !== "settings" && value !== "" && !same(value, before[name])));
  if (same(before["settings"], now["settings"])) return changed;
  const [had, has] = [fieldsOf(before["settings"]), fieldsOf(now["settings"])];
  const settings = Object.fromEntries([...Object.keys(had).filter((name) => !(name in has)).map((name) => [name, null]), ...Object.entries(has).filter(([name, value]) => !same(value, had[name]))]);
  return withField(changed, "settings", settings as Json);
}

function Users({ of }: { of: Json | undefined }) {
  const uses = (of ?? []) as unknown as readonly Schema["UseView"][];
  if (!Array.isArray(of) || !uses.length) return null;
  return (
    <section class="card stack">
      <h2>{a("used_by")}</h2>
      <ul>{uses.map((use) => <li key={`${use.level} ${use.id} ${use.field}`}>{use.area} · <bdi>{use.name ?? a("everybody")}</bdi> · <code>{use.field}</code></li>)}</ul>
    </section>
  );
}

function Leave({ thing, id, name, onClose }: { thing: Thing; id: string; name: string; onClose: () => void }) {
  const doing = useDoing();
  const remove = () => doing.run(async () => {
    await ask("DELETE", `admin/${thing}/${encodeURIComponent(id)}`);
    toast(a("removed"));
    go(listOf(thing));
  });
  return (
    <Dialog title={a("remove", { what: name })} onClose={onClose}>
      <div class="stack">
        <p>{a("remove_sure")}</p>
        <Problems of={doing.trouble} />
        <div class="row end"><Button onClick={onClose}>{say("cancel")}</Button><Button look="danger" icon={Trash2} busy={doing.busy} onClick={() => void remove()}>{say("delete")}</Button></div>
      </div>
    </Dialog>
  );
}

/** Each made once: a component made anew at every look would forget what was typed. */
const made = (thing: Thing): { all: Shown; one: Shown } => ({ all: listed(thing), one: single(thing) });

export const SCREENS: Readonly<Record<Thing, { all: Shown; one: Shown }>> = {
  channels: made("channels"), agents: made("agents"), groups: made("groups"), segments: made("segments"), bots: made("bots"),
};
