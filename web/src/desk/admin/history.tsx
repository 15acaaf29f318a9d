/** The versions of one level's settings: who, when, what changed, and the way back. */

import { Undo2 } from "lucide";
import { useState } from "preact/hooks";

import type { Schema } from "../api/client";
import { fullTime, say } from "../texts";
import { Button } from "../ui/button";
import { Trouble, Waits } from "../ui/shown";
import { toast } from "../ui/toast";
import { useDoing, useLoaded } from "../ui/use";
import type { Names } from "./around";
import type { Json, Schema as JsonSchema } from "./schema";
import { ask, get } from "./server";
import { a } from "./texts";
import { fieldAt, inWords } from "./words";

type Page = Schema["Listing_RevisionView_"];
type Difference = Schema["Difference"];

type Of = { path: string; tag: string | null; schema: JsonSchema; names: Names; onUndone: () => void };

export function History(props: Of) {
  const [open, setOpen] = useState(false);
  return (
    <section class="card">
      <details class="history" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary><h2>{a("history")}</h2></summary>
        {open ? <Versions {...props} /> : null}
      </details>
    </section>
  );
}

function Versions({ path, tag, schema, names, onUndone }: Of) {
  const found = useLoaded(path, () => get<Page>(`${path}/history?limit=20`));
  const doing = useDoing();
  const back = (version: number) => void doing.run(async () => {
    await ask("POST", `${path}/undo`, { version }, tag);
    toast(a("undone"));
    onUndone();
  });
  const more = () => void doing.run(async () => {
    const next = await get<Page>(`${path}/history?limit=20&after=${encodeURIComponent(found.value!.next!)}`);
    found.set({ items: [...found.value!.items, ...next.items], next: next.next });
  });
  if (!found.value) return found.trouble ? <Trouble of={found.trouble} again={found.again} /> : <Waits />;
  return (
    <div class="stack">
      <Trouble of={doing.trouble} />
      {found.value.items.length ? null : <p class="faint">{a("nothing_yet")}</p>}
      <ol class="versions">
        {found.value.items.map((one, place) => (
          <li key={one.version}>
            <div class="row">
              <span class="grow"><b><bdi>{one.who.name}</bdi></b> <span class="faint">{fullTime(one.at)}</span></span>
              <Button small icon={Undo2} disabled={doing.busy} onClick={() => back(one.version)}>{place ? a("go_back", { version: one.version }) : a("undo")}</Button>
            </div>
            <ul class="diff">{one.diff.map((each) => <Changed key={each.path} of={each} schema={schema} names={names} />)}</ul>
          </li>
        ))}
      </ol>
      {found.value.next ? <div><Button busy={doing.busy} onClick={more}>{say("more")}</Button></div> : null}
    </div>
  );
}

/** `schema`: of the whole that changed; without it the change is told as it was kept. */
export function Changed({ of, schema, names = {} }: { of: Difference; schema?: JsonSchema | undefined; names?: Names }) {
  const defs = schema?.$defs ?? {};
  const field = schema ? fieldAt(schema, of.path, defs) : { label: of.path, schema: undefined };
  const told = (value: unknown) => inWords(value as Json, field.schema, defs, names);
  const [added, removed] = [of.added ?? [], of.removed ?? []];
  return (
    <li>
      <bdi class="where">{field.label}</bdi>{" "}
      {of.before !== undefined ? <del>{told(of.before)}</del> : null} {of.after !== undefined ? <ins>{told(of.after)}</ins> : null}
      {removed.length ? <del>{removed.map(String).join(", ")}{more(of.removed_count, removed.length)}</del> : null} {added.length ? <ins>{added.map(String).join(", ")}{more(of.added_count, added.length)}</ins> : null}
    </li>
  );
}

const more = (count: number | undefined, shown: number) => (count && count > shown ? ` +${count - shown}` : "");
