/** Everything that was changed, by whom and when, with the way to where it can be undone. */

import type { Schema } from "../api/client";
import { addressOf } from "../screens";
import { fullTime, say } from "../texts";
import { Button } from "../ui/button";
import { Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { useDoing, useLoaded } from "../ui/use";
import { AdminFrame, useAreas, oneOf, THINGS, type Thing } from "./frame";
import { Changed } from "./history";
import type { Schema as JsonSchema } from "./schema";
import { useState } from "preact/hooks";
import { ask, get, settingsPath } from "./server";
import { a, type AdminKey } from "./texts";
import { toast } from "../ui/toast";

type Change = Schema["ChangeView"];
type Page = Schema["Listing_ChangeView_"];
type Versions = Schema["Listing_RevisionView_"];

export function Audit() {
  const found = useLoaded("audit", () => get<Page>("admin/audit?limit=50"));
  const known = useAreas();
  const doing = useDoing();
  const more = () => void doing.run(async () => {
    const next = await get<Page>(`admin/audit?limit=50&after=${encodeURIComponent(found.value!.next!)}`);
    found.set({ items: [...found.value!.items, ...next.items], next: next.next });
  });
  const titles = new Map((known.value ?? []).map((one) => [one.area, one.title]));
  const schemas = new Map((known.value ?? []).map((one) => [one.area, one.schema as JsonSchema]));
  return (
    <AdminFrame title={a("audit")}>
      <Trouble of={found.trouble ?? doing.trouble} again={found.again} />
      {!found.value ? (found.trouble ? null : <Waits />) : (
        <Table label={a("audit")} className="audit">
          <thead><tr><th scope="col">{a("when")}</th><th scope="col">{a("who")}</th><th scope="col">{a("what")}</th><th scope="col"><span class="unseen">{a("undo")}</span></th></tr></thead>
          <tbody>{found.value.items.map((one, place) => <Row key={`${one.at} ${place}`} change={one} title={titles.get(one.area ?? "") ?? one.area ?? ""} schema={schemas.get(one.area ?? "")} onUndone={found.again} />)}</tbody>
        </Table>
      )}
      {found.value?.next ? <div><Button busy={doing.busy} onClick={more}>{say("more")}</Button></div> : null}
    </AdminFrame>
  );
}

type RowProps = { change: Change; title: string; schema: JsonSchema | undefined; onUndone: () => void };

function Row({ change, title, schema, onUndone }: RowProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr>
        <td class="numeric">{fullTime(change.at)}</td>
        <td><bdi>{change.who.name}</bdi></td>
        <td><What change={change} title={title} /></td>
        <td>{change.area ? <Button small pressed={open} onClick={() => setOpen(!open)}>{a("details")}</Button> : null}</td>
      </tr>
      {open ? <tr><td colSpan={4}><Details change={change} schema={schema} onUndone={onUndone} /></td></tr> : null}
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

/** The version that was written then; undoing writes what was before it. */
function Details({ change, schema, onUndone }: Omit<RowProps, "title">) {
  const path = settingsPath({ level: change.level!, id: change.id ?? "" }, change.area!);
  const found = useLoaded(path, () => get<Versions>(`${path}/history?limit=500`));
  const doing = useDoing();
  const place = found.value?.items.findIndex((one) => one.at === change.at && one.who.id === change.who.id) ?? -1;
  const version = found.value?.items[place];
  const undo = () => void doing.run(async () => {
    await ask("POST", `${path}/undo`, { version: found.value!.items[place + 1]?.version ?? 0 });
    toast(a("undone"));
    onUndone();
  });
  if (!found.value) return found.trouble ? <Trouble of={found.trouble} /> : <Waits />;
  if (!version) return <p class="faint">{a("nothing_yet")}</p>;
  return (
    <div class="stack">
      <Trouble of={doing.trouble} />
      <ul class="diff">{version.diff.map((each) => <Changed key={each.path} of={each} schema={schema} />)}</ul>
      <div><Button small busy={doing.busy} onClick={undo}>{a("back_before")}</Button></div>
    </div>
  );
}
