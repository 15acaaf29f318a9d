/** Opening hours as a week: a row for each day, with its openings on a bar and as times. */

import { useMemo } from "preact/hooks";

import { Button } from "../ui/button";
import { Switch } from "../ui/field";
import type { Part } from "./around";
import { fieldsOf, type Json } from "./schema";
import { areSpans, Spans, spansOf } from "./spans";
import { a } from "./texts";
import { titled } from "./words";
import { Wrong } from "./wrong";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const OFFICE = Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, [{ from: "09:00", to: "17:00" }]]));

export function fits(value: Json | undefined): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === "object" && !Array.isArray(value) && Object.entries(value).every(([day, spans]) => DAYS.some((one) => one === day) && areSpans(spans));
}

export function View({ value, onChange, path, label }: Part) {
  const week = fieldsOf(value);
  const always = value === null || value === undefined;
  const named = useMemo(() => DAYS.map((day) => titled(undefined, day)), [document.documentElement.lang]);
  const changed = (day: string, spans: Json) => onChange({ ...week, [day]: spans });
  return (
    <fieldset class="field week">
      <legend class="label">{label}</legend>
      <Switch label={a("always_open")} checked={always} onChange={(on) => onChange(on ? null : OFFICE)} />
      {always ? null : (
        <>
          <p class="hint">{a("drag_hint")}</p>
          <div class="days">
            {DAYS.map((day, at) => (
              <div key={day} class="day" role="group" aria-label={named[at]}>
                <h3>{named[at]}</h3>
                <Spans day={named[at]!} spans={spansOf(week[day])} before={spansOf(week[DAYS[(at + 6) % 7]!])} path={[...path, day]} onChange={(spans) => changed(day, [...spans])} />
                {at === 0 ? <div><Button small look="quiet" onClick={() => onChange({ ...week, ...Object.fromEntries(DAYS.slice(1, 5).map((one) => [one, week["mon"] ?? []])) })}>{a("copy_days", { first: named[1]!, last: named[4]! })}</Button></div> : null}
              </div>
            ))}
          </div>
        </>
      )}
      <Wrong path={path} />
    </fieldset>
  );
}
