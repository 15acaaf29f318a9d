/** Whether it is open now under the hours in the form above, and when that changes; the server reckons. */

import { useEffect, useState } from "preact/hooks";

import { Problem, type Schema } from "../api/client";
import { Trouble, Waits } from "../ui/shown";
import { useLoaded } from "../ui/use";
import { ask } from "./server";
import { a } from "./texts";
import type { ToolProps } from "./tools";
import { timeIn } from "./zones";

type Tried = Schema["HoursTried"];

const PAUSE = 400; // ms after the last key
const AGAIN = 60_000;

export function OpenNow({ scope, draft }: ToolProps) {
  const body = JSON.stringify({ settings: draft, ...(scope.level === "all" ? {} : { [scope.level]: scope.id }) });
  const [asked, setAsked] = useState(body);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(body), PAUSE);
    return () => clearTimeout(timer);
  }, [body]);
  const found = useLoaded(asked, () => ask<Tried>("POST", "admin/settings/hours/try", JSON.parse(asked)));
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && found.again(), AGAIN);
    return () => clearInterval(timer);
  }, []);
  const wrong = found.trouble instanceof Problem && found.trouble.status === 422;
  return (
    <section class="card stack open-now" aria-labelledby="open-now">
      <h2 id="open-now">{a("hours_now")}</h2>
      <div role="status">
        {wrong ? <p class="faint">{a("not_yet")}</p> : found.value ? <Now of={found.value.body} /> : found.trouble ? <Trouble of={found.trouble} again={found.again} /> : <Waits />}
      </div>
    </section>
  );
}

function Now({ of }: { of: Tried }) {
  return (
    <div class="stack">
      <p class="row"><span class={of.open ? "chip good" : "chip"}>{a(of.open ? "open_now" : "closed_now")}</span><span class="faint"><bdi>{of.zone}</bdi> · {timeIn(of.zone, of.at)}</span></p>
      {of.changes.length ? <ol class="changes">{of.changes.map((one) => <li key={one.at}>{a(one.open ? "opens" : "closes", { time: timeIn(of.zone, one.at) })}</li>)}</ol> : <p class="faint">{a("stays_so")}</p>}
    </div>
  );
}
