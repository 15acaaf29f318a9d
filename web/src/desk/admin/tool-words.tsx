/** Sensitive words: a box to try a text in, lists in and out as CSV, and what was found lately. */

import { Download, Upload } from "lucide";
import { useRef, useState } from "preact/hooks";

import type { Schema } from "../api/client";
import { addressOf } from "../screens";
import { fullTime } from "../texts";
import { Button } from "../ui/button";
import { SelectField, TextField } from "../ui/field";
import { Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { toast } from "../ui/toast";
import { useDoing, useLoaded } from "../ui/use";
import { Problems } from "./area";
import { useAreas } from "./frame";
import type { Schema as JsonSchema } from "./schema";
import { ask, get, settingsPath } from "./server";
import { a } from "./texts";
import type { ToolProps } from "./tools";
import { titled } from "./words";

type Tried = Schema["admin.words.TryView"];

export function WordTools(props: ToolProps) {
  return <><TryWords {...props} /><Csv {...props} /><Hits /></>;
}

const SIDES = ["customer", "agent", "bot"];

/** What the server calls sides and actions. */
function useListWords(): { side: (value: string) => string; action: (value: string) => string } {
  const area = useAreas().value?.find((one) => one.area === "words");
  const fields = (area?.schema as JsonSchema | undefined)?.$defs?.["WordList"]?.properties;
  return { side: (value) => titled(fields?.["side"], value), action: (value) => (value === "pass" ? a("none") : titled(fields?.["action"], value)) };
}

function TryWords({ draft }: ToolProps) {
  const words = useListWords();
  const [text, setText] = useState("");
  const [side, setSide] = useState("customer");
  const [found, setFound] = useState<Tried | null>(null);
  const doing = useDoing();
  const go = () => doing.run(async () => setFound((await ask<Tried>("POST", "admin/settings/words/try", { text, side, lists: draft["lists"] ?? null })).body));
  return (
    <section class="card stack" aria-labelledby="try">
      <h2 id="try">{a("try_it")}</h2>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); void go(); }}>
        <TextField label={a("text")} lines={3} value={text} onChange={setText} />
        <SelectField label={a("side")} value={side} onChange={setSide} options={SIDES.map((one) => ({ value: one, label: words.side(one) }))} />
        <div><Button type="submit" busy={doing.busy} disabled={!text}>{a("try_it")}</Button></div>
      </form>
      <Problems of={doing.trouble} />
      {found ? (
        <div class="result" role="status">
          <p><span class={`chip ${found.action === "pass" ? "good" : "warn"}`}>{words.action(found.action)}</span></p>
          <p class="said" dir="auto">{found.text}</p>
          <ul>{found.hits.map((hit, place) => <li key={place}><bdi>{hit.list}</bdi>: <mark>{hit.found}</mark> ({words.action(hit.action)})</li>)}</ul>
        </div>
      ) : null}
    </section>
  );
}

function Csv({ scope, onImported }: ToolProps) {
  const [mode, setMode] = useState("merge");
  const file = useRef<HTMLInputElement>(null);
  const doing = useDoing();
  const path = `${settingsPath(scope, "words")}/csv`;
  const save = () => doing.run(async () => {
    const { csv } = await get<Schema["CsvView"]>(path);
    const address = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: "words.csv" });
    link.click();
    URL.revokeObjectURL(address);
  });
  const take = (chosen: File | undefined) => doing.run(async () => {
    if (!chosen) return;
    await ask("POST", path, { csv: await chosen.text(), mode });
    toast(a("saved"));
    onImported();
  });
  return (
    <section class="card stack" aria-labelledby="csv">
      <h2 id="csv">{a("csv")}</h2>
      <div class="row wrap">
        <Button icon={Download} busy={doing.busy} onClick={() => void save()}>{a("export")}</Button>
        <SelectField label={a("import_how")} value={mode} onChange={setMode} options={[{ value: "merge", label: a("merge") }, { value: "replace", label: a("replace") }]} />
        <Button icon={Upload} busy={doing.busy} onClick={() => file.current?.click()}>{a("import")}</Button>
        <input ref={file} type="file" accept=".csv,text/csv" hidden aria-label={a("import")} onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </div>
      <Problems of={doing.trouble} />
    </section>
  );
}

function Hits() {
  const words = useListWords();
  const found = useLoaded("hits", () => get<Schema["Listing_WordHitView_"]>("inbox/word-hits?limit=50"));
  return (
    <section class="card stack" aria-labelledby="hits">
      <h2 id="hits">{a("hits")}</h2>
      <Trouble of={found.trouble} again={found.again} />
      {!found.value ? (found.trouble ? null : <Waits />) : found.value.items.length ? (
        <Table label={a("hits")}>
          <thead><tr><th scope="col">{a("when")}</th><th scope="col">{a("chat")}</th><th scope="col">{a("side")}</th><th scope="col">{a("found")}</th></tr></thead>
          <tbody>{found.value.items.map((one, place) => <tr key={place}><td class="numeric">{fullTime(one.at)}</td><td><a href={addressOf("chat", { session: one.session.id })}>#{one.session.number}</a></td><td>{one.agent?.name ?? words.side(one.side)}</td><td><bdi>{one.hits.map((hit) => `${hit.list}: ${hit.word}`).join(", ")}</bdi></td></tr>)}</tbody>
        </Table>
      ) : <p class="faint">{a("nothing_yet")}</p>}
    </section>
  );
}
