/** The versions of one level's settings: who, when, what changed, and the way back. */

import { Undo2 } from "lucide";
import { useState } from "preact/hooks";

import type { Schema } from "../api/client";
import { fullTime, say } from "../texts";
import { Button } from "../ui/button";
import { Trouble, Waits } from "../ui/shown";
import { toast } from "../ui/toast";
import { useDoing, useLoaded } from "../ui/use";
import { brief } from "./form";
import type { Json } from "./schema";
import { ask, get } from "./server";
import { a } from "./texts";

type Page = Schema["Listing_RevisionView_"];
type Difference = Schema["Difference"];

export function History({ path, tag, onUndone }: { path: string; tag: string | null; onUndone: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <section class="card">
      <details class="history" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary><h2>{a("history")}</h2></summary>
        {open ? <Versions path={path} tag={tag} onUndone={onUndone} /> : null}
      </details>
    </section>
  );
}

function Versions({ path, tag, onUndone }: { path: string; tag: string | null; onUndone: () => void }) {
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
            <ul class="diff">{one.diff.map((each) => <Changed key={each.path} of={each} />)}</ul>
          </li>
        ))}
      </ol>
      {found.value.next ? <div><Button busy={doing.busy} onClick={more}>{say("more")}</Button></div> : null}
    </div>
  );
}

export function Changed({ of }: { of: Difference }) {
  const [added, removed] = [of.added ?? [], of.removed ?? []];
  return (
    <li>
      <code>{of.path}</code>{" "}
      {of.before !== undefined ? <del>{brief(of.before as Json)}</del> : null} {of.after !== undefined ? <ins>{brief(of.after as Json)}</ins> : null}
      {removed.length ? <del>{removed.map(String).join(", ")}{more(of.removed_count, removed.length)}</del> : null} {added.length ? <ins>{added.map(String).join(", ")}{more(of.added_count, added.length)}</ins> : null}
    </li>
  );
}

const more = (count: number | undefined, shown: number) => (count && count > shown ? ` +${count - shown}` : "");
