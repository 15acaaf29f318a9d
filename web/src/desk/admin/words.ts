/** Values as people say them: choices by their names, durations with their unit, lists and objects in short; never JSON. */

import { fullTime, language, languageName, number } from "../texts";
import type { Defs, Names } from "./around";
import { fieldsOf, itemsOf, nameOf, shapeOf, type Json, type Schema } from "./schema";
import { a } from "./texts";

export const UNITS = { seconds: 1, minutes: 60, hours: 3600, days: 86400 } as const;
export type Unit = keyof typeof UNITS;

/** The largest unit in which the seconds are a whole number. */
export function fitting(seconds: number | null): Unit {
  return (["days", "hours", "minutes"] as const).find((unit) => seconds && seconds % UNITS[unit] === 0) ?? (seconds === null ? "minutes" : "seconds");
}

export function counted(count: number, unit: Unit): string {
  return new Intl.NumberFormat(language.value, { style: "unit", unit: unit.slice(0, -1), unitDisplay: "long" }).format(count);
}

export function duration(seconds: number): string {
  const unit = fitting(seconds);
  return counted(seconds / UNITS[unit], unit);
}

export const percent = (share: number) => new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 1 }).format(share);

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** What the server calls an option or key; days are those of the language. */
export function titled(schema: Schema | undefined, value: Json): string {
  if (typeof value === "boolean") return value ? a("yes") : a("no");
  const text = String(value);
  const title = schema?.["x-titles"]?.[text] ?? schema?.anyOf?.map((one) => one["x-titles"]?.[text]).find(Boolean);
  if (title) return title;
  const day = DAYS.indexOf(text);
  if (day >= 0) return new Intl.DateTimeFormat(language.value, { weekday: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2023, 0, 1 + day)));
  return text.replaceAll("_", " ");
}

/** What something in a list is called: its own name, else what it is and its place. */
export function titleOf(value: Json, place: number, schema: Schema, defs: Defs = {}): string {
  if (typeof value === "number" && schema["x-unit"] === "seconds") return duration(value);
  const fields = fieldsOf(value);
  if (schema.discriminator) return conditionIn(schema, fields, defs);
  const span = fields["from"] && fields["to"] ? `${String(fields["from"])} – ${String(fields["to"])}` : undefined;
  const name = fields["name"] ?? fields["key"] ?? fields["id"] ?? fields["date"] ?? span;
  return typeof name === "string" && name ? name : `${schema.title ?? ""} ${number(place + 1)}`.trim();
}

const MOST = 4;

function listed(parts: readonly string[], between = ", "): string {
  const shown = parts.filter(Boolean);
  return shown.length ? `${shown.slice(0, MOST).join(between)}${shown.length > MOST ? ` +${number(shown.length - MOST)}` : ""}` : a("none");
}

/** A value in a few words, as its schema has it; without a schema as it looks. */
export function inWords(value: Json | undefined, of: Schema | undefined, defs: Defs, names: Names): string {
  const shape = of ? shapeOf(of, defs).schema : undefined;
  if (value === null || value === undefined) return of?.["x-null"] ?? a("none");
  if (typeof value === "boolean") return titled(undefined, value);
  if (typeof value === "number") return shape ? measured(value, shape) : number(value);
  if (typeof value === "string") return shape?.["x-names"] ? nameIn(names, shape["x-names"], value) : shape?.enum || shape?.anyOf ? titled(shape, value) : value;
  if (Array.isArray(value)) return listed(itemsOf(value).map((one, place) => inList(one, place, shape, defs, names)));
  const fields = fieldsOf(value);
  if (shape?.properties) return listed(Object.keys(shape.properties).filter((name) => name in fields).map((name) => `${shape.properties![name]!.title}: ${inWords(fields[name], shape.properties![name], defs, names)}`), " · ");
  if (shape?.discriminator) return conditionIn(shape, fields, defs);
  return listed(Object.keys(fields).map((key) => keyed(key, shape, names)));
}

function measured(value: number, schema: Schema): string {
  switch (schema["x-unit"]) {
    case "seconds": return duration(value);
    case "days": return counted(value, "days");
    case "share": return percent(value);
    case "time": return fullTime(value);
    default: return number(value);
  }
}

function inList(value: Json, place: number, list: Schema | undefined, defs: Defs, names: Names): string {
  const item = list?.items ? shapeOf(list.items, defs).schema : undefined;
  if (list?.["x-names"]) return nameIn(names, list["x-names"], String(value));
  if (value && typeof value === "object") return titleOf(value, place, item ?? {}, defs);
  return inWords(value, item, defs, names);
}

function conditionIn(schema: Schema, fields: Readonly<Record<string, Json>>, defs: Defs): string {
  const { propertyName, mapping } = schema.discriminator!;
  const ref = mapping[String(fields[propertyName])];
  return (ref && defs[nameOf(ref)]?.title) || String(fields[propertyName] ?? "");
}

function keyed(key: string, map: Schema | undefined, names: Names): string {
  if (map?.["x-keys"]) return nameIn(names, map["x-keys"], key);
  if (map?.propertyNames?.enum) return titled(map.propertyNames, key);
  return map?.["x-texts"] ? languageName(key) : key;
}

const nameIn = (names: Names, of: string, id: string) => names[of]?.find((one) => one.id === id)?.name ?? id;

/** The field at a path of a change, and what it is called from the outside in: `queue.limit`. */
export function fieldAt(root: Schema, path: string, defs: Defs): { label: string; schema: Schema | undefined } {
  const titles: string[] = [];
  let at: Schema | undefined = root;
  for (const step of path.split(".")) {
    const shape: Schema | undefined = at && shapeOf(at, defs).schema;
    const inner: Schema | undefined = shape?.properties?.[step] ?? (typeof shape?.additionalProperties === "object" ? shape.additionalProperties : shape?.items);
    titles.push(shape?.properties?.[step]?.title ?? (shape?.propertyNames ? titled(shape.propertyNames, step) : step));
    at = inner;
  }
  return { label: titles.join(" › "), schema: at };
}
