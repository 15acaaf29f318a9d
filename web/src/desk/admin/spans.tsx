/** The hours of one day: a bar to draw on, and each opening as two times. One that ends before it begins ends tomorrow. */

import "./hours.css";

import { Plus, Trash2 } from "lucide";
import { useState } from "preact/hooks";

import { direction } from "../texts";
import { Button, IconButton } from "../ui/button";
import type { Path } from "./around";
import { fieldsOf, itemsOf, type Json } from "./schema";
import { a } from "./texts";
import { Wrong } from "./wrong";

export type Span = { from: string; to: string };

const DAY = 1440;
const SNAP = 30; // minutes, for who draws
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

export const spansOf = (value: Json | undefined): readonly Span[] => itemsOf(value).map((one) => ({ from: String(fieldsOf(one)["from"] ?? ""), to: String(fieldsOf(one)["to"] ?? "") }));

/** Whether a list holds nothing but openings. */
export const areSpans = (value: Json | undefined) => Array.isArray(value) && value.every((one) => typeof fieldsOf(one)["from"] === "string" && typeof fieldsOf(one)["to"] === "string");

const minutes = (clock: string) => (CLOCK.test(clock) ? Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3)) : 0);
const written = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const ofTomorrow = (span: Span) => minutes(span.to) <= minutes(span.from);

type Props = { day: string; spans: readonly Span[]; before?: readonly Span[]; path: Path; onChange: (spans: readonly Span[]) => void };

export function Spans({ day, spans, before = [], path, onChange }: Props) {
  const changed = (place: number, change: Partial<Span>) => onChange(spans.map((one, at) => (at === place ? { ...one, ...change } : one)));
  const add = () => onChange([...spans, next(spans)]);
  return (
    <div class="spans">
      <Bar spans={spans} before={before} onDrawn={(drawn) => onChange(joined([...spans, drawn]))} />
      <ul>
        {spans.map((span, place) => {
          const name = `${day} ${place + 1}`;
          return (
            <li key={place}>
              <div class="row">
                <Clock label={`${name}: ${a("from")}`} value={span.from} onChange={(from) => changed(place, { from })} />
                <span class="between" aria-hidden="true">–</span>
                {/* Midnight at the end of a day is 24:00, which no field for times can show. */}
                <Clock label={`${name}: ${a("to")}`} value={span.to === "24:00" ? "00:00" : span.to} onChange={(to) => changed(place, { to: to === "00:00" ? "24:00" : to })} />
                {span.from === "00:00" && span.to === "24:00" ? <span class="chip">{a("all_day")}</span> : ofTomorrow(span) ? <span class="chip">{a("next_day")}</span> : null}
                <IconButton small icon={Trash2} label={a("remove", { what: name })} onClick={() => onChange(spans.filter((_, at) => at !== place))} />
              </div>
              <Wrong path={[...path, String(place)]} leaf />
            </li>
          );
        })}
      </ul>
      <div class="row">
        {spans.length ? null : <span class="chip">{a("closed")}</span>}
        <Button small icon={Plus} onClick={add}>{a("add", { what: day })}</Button>
      </div>
      <Wrong path={path} />
    </div>
  );
}

function Clock({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return <input class="input clock" type="time" aria-label={label} value={value} onInput={(event) => event.currentTarget.value && onChange(event.currentTarget.value)} />;
}

/** After the last one, else an office's day. */
function next(spans: readonly Span[]): Span {
  const last = Math.max(0, ...spans.map((one) => (ofTomorrow(one) ? DAY : minutes(one.to))));
  if (!spans.length) return { from: "09:00", to: "17:00" };
  return last + 60 < DAY ? { from: written(last + 60), to: written(Math.min(last + 180, DAY)) } : { from: "00:00", to: "01:00" };
}

/** Openings in order, those that touch as one. */
function joined(spans: readonly Span[]): readonly Span[] {
  const found: [number, number][] = [];
  for (const [from, to] of spans.map((one): [number, number] => [minutes(one.from), minutes(one.to) + (ofTomorrow(one) ? DAY : 0)]).sort((one, other) => one[0] - other[0])) {
    const last = found.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found.map(([from, to]) => ({ from: written(from), to: to === DAY ? "24:00" : written(to % DAY) }));
}

/** The day from midnight to midnight, with what runs over from the day before; for the eye and the pointer alone. */
function Bar({ spans, before, onDrawn }: { spans: readonly Span[]; before: readonly Span[]; onDrawn: (span: Span) => void }) {
  const [drawing, setDrawing] = useState<{ from: number; to: number } | null>(null);
  const at = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    return Math.max(0, Math.min(DAY, Math.round(((direction.value === "rtl" ? 1 - part : part) * DAY) / SNAP) * SNAP));
  };
  const begin = (event: PointerEvent) => {
    if (event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    setDrawing({ from: at(event), to: at(event) });
  };
  const end = () => {
    if (drawing && drawing.from !== drawing.to) {
      const to = Math.max(drawing.from, drawing.to);
      onDrawn({ from: written(Math.min(drawing.from, drawing.to)), to: to === DAY ? "24:00" : written(to) });
    }
    setDrawing(null);
  };
  return (
    <svg class="day-bar" viewBox={`0 0 ${DAY} 20`} preserveAspectRatio="none" aria-hidden="true" onPointerDown={begin} onPointerMove={(event) => drawing && setDrawing({ ...drawing, to: at(event) })} onPointerUp={end} onPointerCancel={() => setDrawing(null)}>
      {[0, 6, 12, 18].map((hour) => <rect key={hour} class={hour % 12 ? "quarter" : "quarter half"} x={hour * 60} width={360} y={0} height={20} />)}
      {before.filter(ofTomorrow).map((one) => <rect key={`${one.from} ${one.to}`} class="over" x={0} width={minutes(one.to)} y={2} height={16} />)}
      {spans.map((one, place) => <rect key={place} class="open" x={minutes(one.from)} width={(ofTomorrow(one) ? DAY : minutes(one.to)) - minutes(one.from)} y={2} height={16} />)}
      {drawing ? <rect class="drawn" x={Math.min(drawing.from, drawing.to)} width={Math.abs(drawing.to - drawing.from)} y={2} height={16} /> : null}
    </svg>
  );
}
