/** How today goes: who came, was answered and gave up, and how many waited and were served, of a group and channel. */

import "./chart.css";

import { useEffect, useState } from "preact/hooks";

import { api, ok, type Schema } from "../api/client";
import { number, timeOf } from "../texts";
import { Chart } from "../ui/chart";
import { Trouble, Waits } from "../ui/shown";
import { useLoaded } from "../ui/use";
import type { Asked } from "./asked";
import { Tile } from "./tile";
import { f } from "./texts";

type Quarter = Schema["QuarterView"];

const QUARTER = 900_000;
const HOUR = 4 * QUARTER;
const LOOK_EVERY = 15_000;
const LEAST = 3 * HOUR; // an axis that is shorter says nothing
const NARROW = 600; // px: quarters of an hour would lie too close

export function Today({ asked }: { asked: Asked }) {
  const found = useLoaded(JSON.stringify(asked), () => ok(api.GET("/api/v1/inbox/floor/today", { params: { query: asked } })));
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && found.again(), LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);
  const today = found.value;
  return (
    <section class="panel today" aria-labelledby="today-title">
      <header>
        <h2 id="today-title">{f("today")}</h2>
        {today ? <span class="faint small grow">{f("today_since", { time: timeOf(today.since), zone: today.zone })}</span> : <span class="grow" />}
      </header>
      <Trouble of={found.trouble} again={found.again} />
      {today ? <Shown today={today} /> : found.trouble ? null : <Waits />}
    </section>
  );
}

function Shown({ today }: { today: Schema["TodayView"] }) {
  const narrow = useNarrow();
  const step = narrow ? HOUR : QUARTER;
  const rows = narrow ? byHour(busy(today.quarters)) : busy(today.quarters);
  const times = rows.map((row) => Date.parse(row.at));
  const of = (what: "arrived" | "answered" | "abandoned" | "waiting" | "active") => rows.map((row) => row[what]);
  const words = { time: f("time"), table: f("as_table"), keys: f("chart_keys") };
  const by = narrow ? f("by_hour") : f("by_quarter");
  return (
    <>
      <dl class="tiles">
        <Tile name={f("arrived")} def={f("def_arrived")} value={number(today.arrived)} />
        <Tile name={f("answered")} def={f("def_answered")} value={number(today.answered)} />
        <Tile name={f("abandoned")} def={f("def_abandoned")} value={number(today.abandoned)} look={today.abandoned ? "soon" : ""} />
      </dl>
      <div class="charts">
        <Chart title={titled("arrived", "answered", "abandoned")} about={by} step={step} times={times} words={words} series={[
          { name: f("arrived"), look: "arrived", mark: "line", values: of("arrived") },
          { name: f("answered"), look: "answered", mark: "line", values: of("answered") },
          { name: f("abandoned"), look: "abandoned", mark: "columns", values: of("abandoned") },
        ]} />
        <Chart title={titled("waiting", "active")} about={`${by} ${f("at_the_end")}`} step={step} times={times} words={words} series={[
          { name: f("waiting"), def: f("def_waiting"), look: "who-wait", mark: "steps", values: of("waiting") },
          { name: f("active"), def: f("def_active"), look: "in-service", mark: "area", values: of("active") },
        ]} />
      </div>
    </>
  );
}

const titled = (...names: readonly (Parameters<typeof f>[0])[]) => names.map((name) => f(name)).join(" · ");

/** From the hour in which something was first, or was there already. */
function busy(quarters: readonly Quarter[]): readonly Quarter[] {
  const first = quarters.findIndex((one) => one.arrived || one.answered || one.abandoned || one.waiting || one.active);
  const latest = quarters.length - LEAST / QUARTER;
  const from = Math.max(0, Math.min(first < 0 ? latest : first, latest));
  return quarters.slice(from - (from % 4));
}

/** Four quarters as one: what happened is added up, and how many there were is what it was at the end. */
function byHour(quarters: readonly Quarter[]): readonly Quarter[] {
  const found: Quarter[] = [];
  for (let from = 0; from < quarters.length; from += 4) {
    const four = quarters.slice(from, from + 4);
    const sum = (what: "arrived" | "answered" | "abandoned") => four.reduce((total, one) => total + one[what], 0);
    found.push({ ...four.at(-1)!, at: four[0]!.at, arrived: sum("arrived"), answered: sum("answered"), abandoned: sum("abandoned") });
  }
  return found;
}

function useNarrow(): boolean {
  const asked = matchMedia(`(max-width: ${NARROW}px)`);
  const [narrow, setNarrow] = useState(asked.matches);
  useEffect(() => {
    const changed = () => setNarrow(asked.matches);
    asked.addEventListener("change", changed);
    return () => asked.removeEventListener("change", changed);
  }, []);
  return narrow;
}
