/** Message webhooks: how each is, its log, a test, replay, and going on after a pause. */

import { FlaskConical, Play, RotateCcw } from "lucide";
import { useState } from "preact/hooks";

import type { Schema } from "../api/client";
import { fullTime, number, say } from "../texts";
import { Button } from "../ui/button";
import { Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { toast } from "../ui/toast";
import { useDoing, useLoaded } from "../ui/use";
import { Problems } from "./area";
import { all, ask, get } from "./server";
import { a, type AdminKey } from "./texts";
import type { ToolProps } from "./tools";

type Hook = Schema["WebhookView"];
type Log = Schema["Listing_DeliveryView_"];

export function Webhooks({ scope }: ToolProps) {
  const found = useLoaded("webhooks", () => all<Hook>("admin/webhooks"));
  const here = found.value?.filter((one) => one.level === scope.level && (one.of ?? "") === scope.id) ?? [];
  return (
    <section class="card stack" aria-labelledby="deliveries">
      <h2 id="deliveries">{a("deliveries")}</h2>
      <Trouble of={found.trouble} again={found.again} />
      {!found.value ? (found.trouble ? null : <Waits />) : here.length ? here.map((one) => <One key={one.id} hook={one} onChanged={found.again} />) : <p class="faint">{a("nothing_yet")}</p>}
    </section>
  );
}

function One({ hook, onChanged }: { hook: Hook; onChanged: () => void }) {
  const [open, setOpen] = useState(false);
  const doing = useDoing();
  const path = `admin/webhooks/${encodeURIComponent(hook.id)}`;
  const test = () => void doing.run(async () => {
    const { body } = await ask<Schema["TestView"]>("POST", `${path}/test`);
    toast(`${body.delivered ? a("delivered") : a("failed")}: ${body.status ?? ""} ${body.reason ?? ""} ${body.took} ms`, { bad: !body.delivered });
  });
  const resume = () => void doing.run(async () => {
    await ask("POST", `${path}/resume`);
    onChanged();
  });
  const replay = () => void doing.run(async () => {
    const { body } = await ask<Schema["ReplayView"]>("POST", `${path}/replay`, {});
    toast(a("sent_again", { count: body.replayed }));
    onChanged();
  });
  return (
    <div class="result">
      <div class="row wrap">
        <h3 class="grow"><bdi>{hook.name}</bdi> <code>{hook.url}</code></h3>
        <Button small icon={FlaskConical} busy={doing.busy} onClick={test}>{a("test_now")}</Button>
        {hook.paused_at ? <Button small icon={Play} busy={doing.busy} onClick={resume}>{a("resume")}</Button> : null}
        {hook.parked ? <Button small icon={RotateCcw} busy={doing.busy} onClick={replay}>{a("send_again")}</Button> : null}
      </div>
      <p class="row wrap"><span class="chip">{a("waiting")}: {number(hook.waiting)}</span><span class={hook.parked ? "chip warn" : "chip"}>{a("parked")}: {number(hook.parked)}</span>{hook.paused_at ? <span class="chip bad">{a("paused")}</span> : null}</p>
      <Trouble of={hook.reason} />
      <Problems of={doing.trouble} />
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}><summary>{a("log")}</summary>{open ? <Deliveries path={path} /> : null}</details>
    </div>
  );
}

function Deliveries({ path }: { path: string }) {
  const found = useLoaded(path, () => get<Log>(`${path}/deliveries?limit=50`));
  const doing = useDoing();
  const again = (delivery: string) => void doing.run(async () => {
    await ask("POST", `${path}/replay`, { delivery });
    found.again();
  });
  const more = () => void doing.run(async () => {
    const next = await get<Log>(`${path}/deliveries?limit=50&after=${encodeURIComponent(found.value!.next!)}`);
    found.set({ items: [...found.value!.items, ...next.items], next: next.next });
  });
  if (!found.value) return found.trouble ? <Trouble of={found.trouble} again={found.again} /> : <Waits />;
  if (!found.value.items.length) return <p class="faint">{a("nothing_yet")}</p>;
  return (
    <div class="stack padded">
      <Problems of={doing.trouble} />
      <Table label={a("deliveries")}>
        <thead><tr><th scope="col">{a("when")}</th><th scope="col">{a("what")}</th><th scope="col">{a("state")}</th><th scope="col">{a("answer")}</th><th scope="col"><span class="unseen">{a("send_again")}</span></th></tr></thead>
        <tbody>
          {found.value.items.map((one) => (
            <tr key={one.id}>
              <td class="numeric">{fullTime(one.at)}</td><td><code>{one.type}</code></td>
              <td><span class={`chip ${one.state === "delivered" ? "good" : one.state === "parked" ? "bad" : "warn"}`}>{a(one.state as AdminKey)} · {number(one.attempts)}</span></td>
              <td><bdi>{one.status ?? "—"} {one.reason ?? ""}</bdi></td>
              <td>{one.erased ? null : <Button small disabled={doing.busy} onClick={() => again(one.id)}>{a("send_again")}</Button>}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {found.value.next ? <div><Button busy={doing.busy} onClick={more}>{say("more")}</Button></div> : null}
    </div>
  );
}
