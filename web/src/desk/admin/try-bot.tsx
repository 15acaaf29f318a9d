/** Ask a bot something, outside any chat. */

import { useState } from "preact/hooks";

import type { Schema } from "../api/client";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { useDoing } from "../ui/use";
import { Problems } from "./area";
import { ask } from "./server";
import { a } from "./texts";

type Tried = Schema["admin.bots.TryView"];

export function TryBot({ id }: { id: string }) {
  const [text, setText] = useState("");
  const [language, setLanguage] = useState("en");
  const [found, setFound] = useState<Tried | null>(null);
  const doing = useDoing();
  const go = () => doing.run(async () => setFound((await ask<Tried>("POST", `admin/bots/${encodeURIComponent(id)}/test`, { text, language })).body));
  const said = found?.reply;
  return (
    <section class="card stack" aria-labelledby="try">
      <h2 id="try">{a("try_it")}</h2>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); void go(); }}>
        <TextField label={a("customer_writes")} value={text} onChange={setText} required />
        <TextField label={a("language_tag")} value={language} onChange={setLanguage} />
        <div><Button type="submit" busy={doing.busy} disabled={!text.trim()}>{a("ask")}</Button></div>
      </form>
      <Problems of={doing.trouble} />
      {found ? (
        <div class="result" role="status">
          <span class={`chip ${found.ok ? "good" : "bad"}`}>{found.ok ? a("answered") : a("failed")} · {found.milliseconds} ms</span>
          {found.reason ? <p dir="auto">{found.reason}</p> : null}
          {said?.unknown ? <p>{a("bot_unknown")}</p> : null}
          {said?.messages?.map((message, place) => <p key={place} class="said" dir="auto">{"text" in message ? String(message.text) : message.type}</p>)}
          {said?.suggestions?.length ? <ul class="row">{said.suggestions.map((one) => <li key={one.id} class="chip">{one.label}</li>)}</ul> : null}
          {said?.handover ? <p>{a("bot_hands_over")}</p> : null}
        </div>
      ) : null}
    </section>
  );
}
