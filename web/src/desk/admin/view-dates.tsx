/** Days that are different: each a date (of one year or of every year), a name, and its own hours or none. */

import { Plus, Trash2 } from "lucide";

import { Button, IconButton } from "../ui/button";
import { Switch, TextField } from "../ui/field";
import { useWrong, type Part, type Path } from "./around";
import { fieldsOf, itemsOf, withField, type Fields, type Json } from "./schema";
import { areSpans, Spans, spansOf } from "./spans";
import { a } from "./texts";
import { Wrong } from "./wrong";

const ONCE = /^\d{4}-\d\d-\d\d$/;
const YEARLY = /^\d\d-\d\d$/;
const LEAP = 2024; // has every day a year may have

export function fits(value: Json | undefined): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isDay));
}

function isDay(value: Json): boolean {
  const { date, hours } = fieldsOf(value);
  return typeof date === "string" && (!date || ONCE.test(date) || YEARLY.test(date)) && (hours === undefined || areSpans(hours));
}

export function View({ value, onChange, path, label, hint }: Part) {
  const days = itemsOf(value).map(fieldsOf);
  const changed = (place: number, day: Fields) => onChange(days.map((one, at) => (at === place ? day : one)));
  return (
    <fieldset class="field dates">
      <legend class="label">{label}</legend>
      {hint ? <p class="hint">{hint}</p> : null}
      <ul class="days">
        {days.map((day, place) => <Day key={`${place} of ${days.length}`} day={day} path={[...path, String(place)]} onChange={(next) => changed(place, next)} onRemove={() => onChange(days.filter((_, at) => at !== place))} />)}
      </ul>
      <div><Button small icon={Plus} onClick={() => onChange([...days, { date: today() }])}>{a("add", { what: label })}</Button></div>
      <Wrong path={path} />
    </fieldset>
  );
}

function Day({ day, path, onChange, onRemove }: { day: Fields; path: Path; onChange: (day: Fields) => void; onRemove: () => void }) {
  const date = String(day["date"] ?? "");
  const yearly = YEARLY.test(date);
  const name = String(day["name"] ?? "");
  const spans = spansOf(day["hours"]);
  const title = name || date;
  const wrong = useWrong([...path, "date"]);
  const turned = (every: boolean) => onChange({ ...day, date: every ? date.slice(5) : `${new Date().getFullYear()}-${date}` });
  return (
    <li class="day" aria-label={title}>
      <div class="which">
        {yearly ? <EveryYear date={date} wrong={wrong} onChange={(next) => onChange({ ...day, date: next })} />
          : <TextField label={a("date")} type="date" value={date} wrong={wrong} onChange={(next) => onChange({ ...day, date: next })} />}
        <label class="check"><input type="checkbox" checked={yearly} disabled={!date} onChange={(event) => turned(event.currentTarget.checked)} />{a("every_year")}</label>
        <TextField label={a("name")} value={name} wrong={useWrong([...path, "name"])} onChange={(next) => onChange(withField(day, "name", next || undefined))} />
        <IconButton small icon={Trash2} label={a("remove", { what: title })} onClick={onRemove} />
      </div>
      <Switch label={a("open_then")} checked={spans.length > 0} onChange={(on) => onChange(withField(day, "hours", on ? [{ from: "09:00", to: "12:00" }] : undefined))} />
      {spans.length ? <Spans day={title} spans={spans} path={[...path, "hours"]} onChange={(next) => onChange(withField(day, "hours", next.length ? [...next] : undefined))} /> : <Wrong path={[...path, "hours"]} leaf />}
      <Wrong path={path} />
    </li>
  );
}

/** A day of every year has no year to show, so no field for dates can. */
function EveryYear({ date, wrong, onChange }: { date: string; wrong: string | undefined; onChange: (date: string) => void }) {
  const [month, day] = [Number(date.slice(0, 2)), Number(date.slice(3))];
  const written = (inMonth: number, on: number) => onChange(`${two(inMonth)}-${two(Math.min(on, lastOf(inMonth)))}`);
  const months = new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", timeZone: "UTC" });
  return (
    <div class="field" role="group" aria-label={a("date")}>
      <span class="label">{a("date")}</span>
      <div class="row">
        <select class="input short" aria-label={`${a("date")}: ${part("month")}`} value={month} onChange={(event) => written(Number(event.currentTarget.value), day)}>
          {Array.from({ length: 12 }, (_, at) => <option key={at} value={at + 1}>{months.format(Date.UTC(LEAP, at, 1))}</option>)}
        </select>
        <select class="input short" aria-label={`${a("date")}: ${part("day")}`} value={day} onChange={(event) => written(month, Number(event.currentTarget.value))}>
          {Array.from({ length: lastOf(month) }, (_, at) => <option key={at} value={at + 1}>{at + 1}</option>)}
        </select>
      </div>
      {wrong ? <p class="wrong" role="alert">{wrong}</p> : null}
    </div>
  );
}

/** What a language calls a part of a date. */
const part = (name: "month" | "day") => new Intl.DisplayNames(document.documentElement.lang, { type: "dateTimeField" }).of(name) ?? name;
const two = (value: number) => String(value).padStart(2, "0");
const lastOf = (month: number) => new Date(Date.UTC(LEAP, month, 0)).getUTCDate();

function today(): string {
  const now = new Date();
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
