/** The dry run: the settings as they stand in the form, tried on a made-up message or on the last days. */

import { useState } from "preact/hooks";

import { Problem, type Schema } from "../api/client";
import { addressOf } from "../screens";
import { fullTime, number } from "../texts";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { useDoing } from "../ui/use";
import { Problems } from "./area";
import { SchemaForm } from "./form";
import { useForms } from "./frame";
import type { Fields, Schema as JsonSchema } from "./schema";
import { ask } from "./server";
import { a } from "./texts";
import type { ToolProps } from "./tools";

type Tried = Schema["Tried"];
type Route = Schema["RouteView"];

export function TryRoute({ area, scope, draft, names }: ToolProps) {
  const forms = useForms();
  const schema = forms.value?.find((one) => one.form === "try")?.schema as JsonSchema | undefined;
  const [message, setMessage] = useState<Fields>({ channel: scope.level === "channel" ? scope.id : (names["channels"]?.[0]?.id ?? "") });
  const [days, setDays] = useState("7");
  const [found, setFound] = useState<Tried | null>(null);
  const doing = useDoing();
  const problem = doing.trouble instanceof Problem ? doing.trouble : null;
  const run = (what: object) => doing.run(async () => {
    const at = scope.level === "all" ? {} : { [scope.level]: scope.id };
    setFound((await ask<Tried>("POST", `admin/settings/${area}/try`, { settings: draft, ...at, ...what })).body);
  });
  const errors = (problem?.errors ?? []).map((error) => ({ ...error, field: error.field.replace(/^message\./, "") }));
  return (
    <section class="card stack" aria-labelledby="dry-run">
      <h2 id="dry-run">{a("dry_run")}</h2>
      <p class="hint">{a("dry_run_hint")}</p>
      <div class="row wrap">
        <TextField label={a("days")} type="number" value={days} onChange={setDays} />
        <Button busy={doing.busy} onClick={() => void run({ days: Number(days) })}>{a("try_days")}</Button>
      </div>
      <details>
        <summary>{a("made_up")}</summary>
        <div class="stack padded">
          {schema ? <SchemaForm schema={schema} value={message} onChange={setMessage} names={names} errors={errors} /> : forms.trouble ? <Trouble of={forms.trouble} /> : <Waits />}
          <div><Button busy={doing.busy} onClick={() => void run({ message })}>{a("try_message")}</Button></div>
        </div>
      </details>
      <Problems of={doing.trouble} />
      {found?.message ? (
        <div class="compare" role="status">
          <Found title={a("now")} route={found.message.now} />
          <Found title={found.message.differs ? a("then_other") : a("then_same")} route={found.message.changed} />
        </div>
      ) : null}
      {found?.replay ? <Replay of={found.replay} /> : null}
    </section>
  );
}

function Found({ title, route }: { title: string; route: Route }) {
  const places = route.places.map((place) => place.agent?.name ?? place.group?.name ?? a("everybody"));
  return (
    <div class="result">
      <h3>{title}</h3>
      <p dir="auto">{route.text}</p>
      <p><b>{a("goes_to")}</b> <bdi>{[...route.prefer.map((one) => one.name), ...places].join(" → ")}</bdi></p>
      {route.agent ? <p><b>{a("would_get")}</b> <bdi>{route.agent.name}</bdi></p> : <p class="faint">{a("nobody_free")}</p>}
      {route.lines.length ? <ol class="trace">{route.lines.map((line, place) => <li key={place} dir="auto">{line}</li>)}</ol> : null}
    </div>
  );
}

function Replay({ of }: { of: Schema["ReplayTried"] }) {
  return (
    <div class="stack" role="status">
      <p>{a("replayed", { chats: number(of.chats), replayed: number(of.replayed), differing: number(of.differing) })}</p>
      {of.not_replayed ? <ul class="hint">{Object.entries(of.reasons).map(([reason, count]) => <li key={reason}>{number(count)} · {reason}</li>)}</ul> : null}
      {of.differences.length ? (
        <Table label={a("differences")}>
          <thead><tr><th scope="col">{a("when")}</th><th scope="col">{a("chat")}</th><th scope="col">{a("was")}</th><th scope="col">{a("would")}</th></tr></thead>
          <tbody>{of.differences.map((one, place) => <tr key={place}><td class="numeric">{fullTime(one.at)}</td><td><a href={addressOf("chat", { session: one.session })}>#{one.number}</a></td><td><bdi>{one.was}</bdi></td><td><bdi>{one.would}</bdi> <span class="faint">{one.why}</span></td></tr>)}</tbody>
        </Table>
      ) : null}
    </div>
  );
}
