/** Numbers with their units, and the choice of none where there may be none. */

import { useRef, useState } from "preact/hooks";

import { Field, TextField } from "../ui/field";
import { useWrong, type Part } from "./around";
import { begun, nothing } from "./schema";
import { a } from "./texts";
import { fitting, UNITS, type Unit } from "./words";

/** "Never", "no limit", "as elsewhere": whatever null means there, as a choice of its own beside the editor. */
export function Nothing({ schema, value, onChange, label, start }: Part & { start?: () => Part["value"] }) {
  const last = useRef<Part["value"]>(null);
  if (value !== null && value !== undefined) last.current = value;
  const turned = (none: boolean) => onChange(none ? null : (last.current ?? start?.() ?? begun({ ...schema, default: undefined as never }, {})));
  const what = nothing(schema);
  return <label class="check nothing"><input type="checkbox" aria-label={`${label}: ${what}`} checked={value === null || value === undefined} onChange={(event) => turned(event.currentTarget.checked)} /><span>{what}</span></label>;
}

export function Numeric(part: Part) {
  const { schema, value, nullable, onChange, path, label, hint } = part;
  const typed = (text: string) => onChange(text === "" ? (nullable ? null : undefined) : Number(text));
  const days = schema["x-unit"] === "days";
  return (
    <Field label={label} hint={hint} wrong={useWrong(path)}>
      {(attributes) => (
        <div class="row number">
          <input class="input short" type="number" step={schema.type === "integer" ? 1 : "any"} min={schema.minimum} max={schema.maximum}
            value={typeof value === "number" ? value : ""} onInput={(event) => typed(event.currentTarget.value)} {...attributes} />
          {days ? <span class="unit">{a("days")}</span> : null}
          {nullable ? <Nothing {...part} start={() => Math.max(schema.minimum ?? 1, days ? 365 : 1)} /> : null}
        </div>
      )}
    </Field>
  );
}

/** 0.8 is 80 %. */
export function Share({ schema, value, nullable, onChange, path, label, hint }: Part) {
  const typed = (text: string) => onChange(text === "" ? (nullable ? null : undefined) : Math.round(Number(text) * 10) / 1000);
  return (
    <Field label={label} hint={hint} wrong={useWrong(path)}>
      {(attributes) => (
        <div class="row number">
          <input class="input short" type="number" step="any" min={(schema.minimum ?? 0) * 100} max={(schema.maximum ?? 1) * 100} value={typeof value === "number" ? Math.round(value * 1000) / 10 : ""}
            onInput={(event) => typed(event.currentTarget.value)} {...attributes} />
          <span class="unit">%</span>
        </div>
      )}
    </Field>
  );
}

/** Milliseconds since 1970, as a day and time where the browser is. */
export function Moment({ schema, value, onChange, path, label, hint }: Part) {
  const at = typeof value === "number" ? new Date(value - new Date(value).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "";
  return <TextField label={label} hint={[hint, at ? "" : nothing(schema)].filter(Boolean).join(" ")} wrong={useWrong(path)} type={"datetime-local" as "date"} value={at}
    onChange={(typed) => onChange(typed ? new Date(typed).getTime() : null)} />;
}

export function Seconds(part: Part) {
  const { value, nullable, onChange, path, label, hint } = part;
  const seconds = typeof value === "number" ? value : null;
  const [unit, setUnit] = useState<Unit>(() => fitting(seconds));
  const typed = (text: string) => onChange(text === "" ? (nullable ? null : undefined) : Math.round(Number(text) * UNITS[unit]));
  const changed = (next: Unit) => {
    setUnit(next);
    if (seconds !== null) onChange(Math.round((seconds / UNITS[unit]) * UNITS[next]));
  };
  return (
    <Field label={label} hint={hint} wrong={useWrong(path)}>
      {(attributes) => (
        <div class="row number">
          <input class="input short" type="number" min={0} step="any" value={seconds === null ? "" : seconds / UNITS[unit]} onInput={(event) => typed(event.currentTarget.value)} {...attributes} />
          <select class="input short" aria-label={`${label}: ${a("unit")}`} value={unit} onChange={(event) => changed(event.currentTarget.value as Unit)}>
            {(Object.keys(UNITS) as Unit[]).map((one) => <option key={one} value={one}>{a(one)}</option>)}
          </select>
          {nullable ? <Nothing {...part} start={() => 10 * UNITS[unit]} /> : null}
        </div>
      )}
    </Field>
  );
}
