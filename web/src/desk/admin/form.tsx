/**
 * A form made from a schema: whatever the server declares can be filled in, without a page of its own. Errors of the
 * server stand at the field they name; what is not set falls through, and the form says to what.
 */

import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide";
import type { ComponentChildren } from "preact";
import { useContext, useId, useState } from "preact/hooks";

import type { FieldError } from "../api/client";
import { languageName, LANGUAGES } from "../texts";
import { Button, IconButton } from "../ui/button";
import { Field, SelectField, Switch, TextField } from "../ui/field";
import { Waits } from "../ui/shown";
import { useLoaded } from "../ui/use";
import { Context, useWrong, type Named, type Names, type Part, type Path, type Source } from "./around";
import { Moment, Nothing, Numeric, Seconds, Share } from "./numbers";
import { begun, beginTagged, fieldsOf, itemsOf, kindOf, nameOf, nothing, same, shapeOf, withField, type Fields, type Json, type Kind, type Schema } from "./schema";
import { a } from "./texts";
import { VIEWS } from "./views";
import { inWords, titled, titleOf } from "./words";
import { Wrong } from "./wrong";

export type { Named, Names, Source } from "./around";

export type FormProps = {
  schema: Schema;
  value: Fields;
  onChange: (value: Fields) => void;
  names: Names;
  errors?: readonly FieldError[];
  sources?: readonly Source[];
  hidden?: readonly string[];
};

export function SchemaForm({ schema, value, onChange, names, errors = [], sources = [], hidden = [] }: FormProps) {
  const defs = schema.$defs ?? {};
  return (
    <Context.Provider value={{ defs, names, errors, sources }}>
      <Properties schema={shapeOf(schema, defs).schema} value={value} onChange={onChange} path={[]} hidden={hidden} />
    </Context.Provider>
  );
}

function Properties({ schema, value, onChange, path, hidden = [] }: { schema: Schema; value: Json | undefined; onChange: (value: Fields) => void; path: Path; hidden?: readonly string[] }) {
  return (
    <div class="fields">
      {Object.entries(schema.properties ?? {}).filter(([name]) => !hidden.includes(name)).map(([name, each]) => (
        <Property key={name} name={name} schema={each} value={fieldsOf(value)[name]} path={[...path, name]} required={schema.required?.includes(name) ?? false}
          onChange={(field) => onChange(withField(value, name, field))} />
      ))}
    </div>
  );
}

/** One field; where it may stay unset, with the switch that sets it here. */
function Property({ name, schema, value, path, required, onChange }: { name: string; schema: Schema; value: Json | undefined; path: Path; required: boolean; onChange: (value: Json | undefined) => void }) {
  const { defs, names, sources } = useContext(Context);
  const shape = shapeOf(schema, defs);
  const label = schema.title ?? name;
  const part: Part = { schema: shape.schema, nullable: shape.nullable, value: value ?? shape.schema.default, onChange, path, label, hint: schema.description ?? shape.schema.description };
  const plain = required || shape.schema.default !== undefined || kindOf(shape.schema) === "secret" || !sources.length;
  if (plain) return <Editor {...part} />;
  const found = inherited(sources, path);
  const set = value !== undefined;
  const start = found.value !== undefined && found.value !== null ? found.value : begun(schema, defs);
  const named = a("set_here", { field: label });
  return (
    <div class={set ? "property set" : "property"}>
      <label class="set-here"><input type="checkbox" checked={set} onChange={(event) => onChange(event.currentTarget.checked ? start : undefined)} /><span class="unseen">{named}</span></label>
      {set ? <Editor {...part} /> : (
        <div class="unset">
          <span class="label">{label}</span>
          {part.hint ? <p class="hint">{part.hint}</p> : null}
          <p class="hint inherited">{a("falls_through", { where: found.label })} <bdi>{inWords(found.value, schema, defs, names)}</bdi></p>
          <Wrong path={path} />
        </div>
      )}
    </div>
  );
}

function inherited(sources: readonly Source[], path: Path): { label: string; value: Json | undefined } {
  for (const source of sources) {
    let at: Json | undefined = source.body;
    for (const step of path) at = fieldsOf(at)[step];
    if (at !== undefined) return { label: source.label, value: at };
  }
  return { label: a("built_in"), value: undefined };
}

/** Editors of many values have no way of their own to say that there is nothing. */
const MANY: readonly Kind[] = ["lines", "checks", "list", "map", "texts"];

/** The editor of its own that a schema asks for, where there is one for such a value; else plain fields. */
function Editor(part: Part) {
  const view = part.schema["x-view"] ?? "";
  const found = useLoaded(VIEWS[view] ? view : null, () => VIEWS[view]!());
  if (VIEWS[view] && !found.value && !found.trouble) return <Waits />;
  return found.value?.fits(part.value) ? <found.value.View {...part} /> : <Plain {...part} />;
}

function Plain(part: Part) {
  const kind = kindOf(part.schema);
  if (!part.nullable || !MANY.includes(kind)) return <Edit {...part} kind={kind} />;
  const none = part.value === null || part.value === undefined;
  return (
    <div class="stack">
      {none ? <div class="field"><span class="label">{part.label}</span>{part.hint ? <p class="hint">{part.hint}</p> : null}</div> : <Edit {...part} kind={kind} />}
      <Nothing {...part} />
    </div>
  );
}

function Edit({ kind, ...part }: Part & { kind: Kind }) {
  switch (kind) {
    case "secret": return <Secret {...part} />;
    case "names": return <OneName {...part} />;
    case "choice": return <OneOf {...part} />;
    case "yes": return <Yes {...part} />;
    case "seconds": return <Seconds {...part} />;
    case "share": return <Share {...part} />;
    case "time": return <Moment {...part} />;
    case "number": return <Numeric {...part} />;
    case "text": return <Words {...part} />;
    case "lines": return <Lines {...part} />;
    case "checks": return <Checks {...part} />;
    case "texts": return <Map {...part} schema={{ ...part.schema, additionalProperties: { type: "string" } }} />;
    case "map": return <Map {...part} />;
    case "list": return <List {...part} />;
    case "tagged": return <Tagged {...part} />;
    case "object": return <Group {...part} />;
    case "json": return <Raw {...part} />;
  }
}

// --- single values ---------------------------------------------------------------------------------------------------

function Words({ schema, value, nullable, onChange, path, label, hint }: Part) {
  const text = typeof value === "string" ? value : "";
  const long = ((schema.maxLength ?? 0) > 1000 && path.at(-1) !== "url" && path.at(-1) !== "password") || text.length > 120 || text.includes("\n");
  const type = path.at(-1) === "email" ? "email" : path.at(-1) === "password" ? "password" : "text";
  return <TextField label={label} hint={hint} wrong={useWrong(path)} type={type} autocomplete={type === "password" ? "new-password" : "off"} lines={long ? 4 : 1} value={text} placeholder={nullable ? nothing(schema) : ""}
    onChange={(typed) => onChange(typed === "" && nullable ? null : typed)} />;
}

function Secret({ value, onChange, path, label, hint }: Part) {
  const known = fieldsOf(value)["set"] === true;
  return <TextField label={label} hint={[hint, known ? a("secret_set") : ""].filter(Boolean).join(" ")} wrong={useWrong(path)} type="password" autocomplete="new-password"
    placeholder={known ? "••••••••" : ""} value={typeof value === "string" ? value : ""} onChange={(typed) => onChange(typed || undefined)} />;
}

function Yes({ schema, value, nullable, onChange, path, label, hint }: Part) {
  const wrong = useWrong(path);
  if (nullable) {
    const options = [{ value: "", label: nothing(schema) }, { value: "true", label: a("yes") }, { value: "false", label: a("no") }];
    return <SelectField label={label} hint={hint} wrong={wrong} value={typeof value === "boolean" ? String(value) : ""} options={options} onChange={(chosen) => onChange(chosen === "" ? null : chosen === "true")} />;
  }
  return (
    <div class="field">
      <Switch label={label} checked={value === true} onChange={onChange} />
      {hint ? <p class="hint">{hint}</p> : null}
      <Wrong path={path} leaf />
    </div>
  );
}

/** Values keep their type: each option stands for its place. */
function OneOf({ schema, value, nullable, onChange, path, label, hint }: Part) {
  const listed = schema.enum ?? schema.anyOf!.flatMap((one) => one.enum ?? []);
  const none = { value: "", label: nullable ? nothing(schema) : "—" };
  const options = value === undefined || value === null || listed.includes(value) ? listed : [value, ...listed];
  const empty = nullable || value === undefined;
  return <SelectField label={label} hint={hint} wrong={useWrong(path)} value={value === undefined || value === null ? "" : String(options.indexOf(value))}
    options={[...(empty ? [none] : []), ...options.map((one, place) => ({ value: String(place), label: titled(schema, one) }))]}
    onChange={(chosen) => onChange(chosen === "" ? (nullable ? null : undefined) : options[Number(chosen)]!)} />;
}

function OneName({ schema, value, nullable, onChange, path, label, hint }: Part) {
  const known = useContext(Context).names[schema["x-names"]!] ?? [];
  const id = typeof value === "string" ? value : "";
  const strange = id && !known.some((one) => one.id === id) ? [{ value: id, label: id }] : [];
  return <SelectField label={label} hint={hint} wrong={useWrong(path)} value={id} options={[{ value: "", label: nullable ? nothing(schema) : "—" }, ...known.map((one) => ({ value: one.id, label: one.name })), ...strange]}
    onChange={(chosen) => onChange(chosen === "" && nullable ? null : chosen)} />;
}

// --- many values -----------------------------------------------------------------------------------------------------

function Lines({ value, onChange, path, label, hint }: Part) {
  const items = itemsOf(value);
  const [text, setText] = useState(items.join("\n"));
  const kept = lines(text);
  const shown = same(kept, items) ? text : items.join("\n");
  return <TextField label={label} hint={[hint, a("one_per_line")].filter(Boolean).join(" ")} wrong={useWrong(path)} lines={Math.min(8, Math.max(2, items.length + 1))} value={shown}
    onChange={(typed) => { setText(typed); onChange(lines(typed)); }} />;
}

const lines = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);

function Checks({ schema, value, onChange, path, label, hint }: Part) {
  const { names } = useContext(Context);
  const items = itemsOf(value);
  const known: readonly Named[] = schema.items?.enum ? schema.items.enum.map((one) => ({ id: String(one), name: titled(schema.items, one) })) : (names[schema["x-names"]!] ?? []);
  const coded = schema.items?.enum?.some((one) => String(one).includes(".")) ?? false;
  const turned = (id: string, on: boolean) => onChange(on ? [...items, id] : items.filter((one) => one !== id));
  return (
    <fieldset class="field">
      <legend class="label">{label}</legend>
      {hint ? <p class="hint">{hint}</p> : null}
      <div class={coded ? "checks coded" : "checks"}>
        {known.map((one) => <label key={one.id} class="check"><input type="checkbox" checked={items.includes(one.id)} onChange={(event) => turned(one.id, event.currentTarget.checked)} /><bdi>{one.name}</bdi>{coded ? <code class="faint small">{one.id}</code> : null}</label>)}
        {known.length ? null : <span class="faint">{a("none")}</span>}
      </div>
      <Wrong path={path} leaf />
    </fieldset>
  );
}

function List({ schema, value, onChange, path, label, hint }: Part) {
  const { defs } = useContext(Context);
  const items = itemsOf(value);
  const changed = (place: number, item: Json | undefined) => onChange(items.map((one, at) => (at === place ? (item ?? null) : one)));
  const moved = (from: number, to: number) => {
    const next = [...items];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  const removed = (place: number) => {
    onChange(items.filter((_, at) => at !== place));
  };
  const item = shapeOf(schema.items ?? {}, defs);
  return (
    <fieldset class="field">
      <legend class="label">{label}</legend>
      {hint ? <p class="hint">{hint}</p> : null}
      <ol class="items">
        {items.map((one, place) => (
          <Item key={`${place} of ${items.length}`} title={titleOf(one, place, item.schema, defs)} path={[...path, String(place)]} begins={same(one, begun(schema.items ?? {}, defs))}
            tools={<>
              <IconButton small icon={ArrowUp} label={a("up", { what: titleOf(one, place, item.schema, defs) })} disabled={place === 0} onClick={() => moved(place, place - 1)} />
              <IconButton small icon={ArrowDown} label={a("down", { what: titleOf(one, place, item.schema, defs) })} disabled={place === items.length - 1} onClick={() => moved(place, place + 1)} />
              <IconButton small icon={Trash2} label={a("remove", { what: titleOf(one, place, item.schema, defs) })} onClick={() => removed(place)} />
            </>}>
            <Inside schema={item.schema} nullable={item.nullable} value={one} onChange={(next) => changed(place, next)} path={[...path, String(place)]} label={typeof one === "number" ? label : titleOf(one, place, item.schema, defs)} />
          </Item>
        ))}
      </ol>
      <div><Button small icon={Plus} onClick={() => onChange([...items, begun(schema.items ?? {}, defs)])}>{a("add", { what: item.schema.title ?? label })}</Button></div>
      <Wrong path={path} />
    </fieldset>
  );
}

/** The inside of an item that has a frame and a title already. */
function Inside(part: Part) {
  if (part.schema.properties && !part.schema.discriminator) return <Properties schema={part.schema} value={part.value} onChange={part.onChange} path={part.path} />;
  return <Editor {...part} />;
}

function Item({ title, tools, path, begins = false, children }: { title: string; tools: ComponentChildren; path: Path; begins?: boolean; children: ComponentChildren }) {
  const { errors } = useContext(Context);
  const wrong = errors.some(({ field }) => field === path.join(".") || field.startsWith(`${path.join(".")}.`));
  const [open, setOpen] = useState(begins);
  return (
    <li class="item">
      <div class="item-tools">{tools}</div>
      <details open={open || wrong} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary><bdi>{title}</bdi></summary>
        <div class="item-body">{children}<Wrong path={path} /></div>
      </details>
    </li>
  );
}

function Map({ schema, value, onChange, path, label, hint }: Part) {
  const { defs, names } = useContext(Context);
  const fields = fieldsOf(value);
  const each = shapeOf(typeof schema.additionalProperties === "object" ? schema.additionalProperties : {}, defs);
  const texts = each.schema.type === "string" && !each.schema.enum;
  /** Maps of texts, and of lists of words, are by language. */
  const spoken = schema["x-texts"] === true || (each.schema.type === "array" && each.schema.items?.type === "string");
  const named: readonly Named[] | null = schema["x-keys"] ? (names[schema["x-keys"]] ?? []) : schema.propertyNames?.enum ? schema.propertyNames.enum.map((one) => ({ id: String(one), name: titled(schema.propertyNames, one) })) : null;
  const title = (key: string) => named?.find((one) => one.id === key)?.name ?? (spoken ? `${languageName(key)} (${key})` : key);
  const order = named ? named.map((one) => one.id) : Object.keys(fields);
  const keys = [...order.filter((key) => key in fields), ...Object.keys(fields).filter((key) => !order.includes(key))];
  return (
    <fieldset class="field">
      <legend class="label">{label}</legend>
      {hint ? <p class="hint">{hint}</p> : null}
      <ul class="items">
        {keys.map((key) => {
          const remove = <IconButton small icon={Trash2} label={a("remove", { what: title(key) })} onClick={() => onChange(withField(fields, key, undefined))} />;
          const inner = <Inside schema={each.schema} nullable={each.nullable} value={fields[key]} onChange={(next) => onChange(withField(fields, key, next ?? begun(each.schema, defs)))} path={[...path, key]} label={title(key)} />;
          return simple(each.schema) || texts
            ? <li key={key} class="entry"><div class="grow">{texts ? <Text label={title(key)} language={spoken ? key : ""} value={fields[key]} path={[...path, key]} onChange={(next) => onChange(withField(fields, key, next))} /> : inner}</div>{remove}</li>
            : <Item key={key} title={title(key)} path={[...path, key]} tools={remove} begins={same(fields[key], begun(each.schema, defs))}>{inner}</Item>;
        })}
      </ul>
      <NewKey label={label} known={named?.filter((one) => !(one.id in fields)) ?? null} languages={spoken} taken={keys}
        onAdd={(key) => onChange({ ...fields, [key]: begun(each.schema, defs) })} />
      <Wrong path={path} />
    </fieldset>
  );
}

const simple = (schema: Schema) => schema.enum !== undefined || schema.type === "integer" || schema.type === "array" && schema.items?.type === "string";

function Text({ label, language, value, path, onChange }: { label: string; language: string; value: Json | undefined; path: Path; onChange: (value: string) => void }) {
  return (
    <Field label={label} wrong={useWrong(path)}>
      {(attributes) => <textarea class="input" lang={language} dir="auto" rows={2} value={typeof value === "string" ? value : ""} onInput={(event) => onChange(event.currentTarget.value)} {...attributes} />}
    </Field>
  );
}

function NewKey({ label, known, languages, taken, onAdd }: { label: string; known: readonly Named[] | null; languages: boolean; taken: readonly string[]; onAdd: (key: string) => void }) {
  const [key, setKey] = useState("");
  const list = useId();
  const name = languages && !known ? `${label}: ${a("language_tag")}` : `${label}: ${a("key")}`;
  const add = () => {
    if (!key.trim() || taken.includes(key.trim())) return;
    onAdd(key.trim());
    setKey("");
  };
  if (known && !known.length) return null;
  return (
    <div class="row new-key">
      {known ? (
        <select class="input short" aria-label={name} value={key} onChange={(event) => setKey(event.currentTarget.value)}>
          <option value="">—</option>
          {known.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </select>
      ) : (
        <>
          <input class="input short" aria-label={name} placeholder={languages ? "en, ja, …" : ""} list={languages ? list : undefined} value={key} onInput={(event) => setKey(event.currentTarget.value)}
            onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); add(); } }} />
          {languages ? <datalist id={list}>{LANGUAGES.map((tag) => <option key={tag} value={tag}>{languageName(tag)}</option>)}</datalist> : null}
        </>
      )}
      <Button small icon={Plus} disabled={!key.trim() || taken.includes(key.trim())} onClick={add}>{a("add", { what: label })}</Button>
    </div>
  );
}

// --- things inside things --------------------------------------------------------------------------------------------

function Group({ schema, value, nullable, onChange, path, label, hint }: Part) {
  const { defs } = useContext(Context);
  const there = value !== null && value !== undefined;
  const missing = nullable && !there;
  return (
    <fieldset class="group">
      <legend>{label}</legend>
      {hint ? <p class="hint">{hint}</p> : null}
      {missing ? <p class="faint">{nothing(schema)}</p> : null}
      {missing ? <div><Button small icon={Plus} onClick={() => onChange(begun({ ...schema, default: undefined as never }, defs))}>{a("add", { what: label })}</Button></div>
        : <Properties schema={schema} value={value} onChange={onChange} path={path} />}
      {nullable && there ? <div><Button small look="quiet" icon={Trash2} onClick={() => onChange(null)}>{a("remove", { what: label })}</Button></div> : null}
      <Wrong path={path} />
    </fieldset>
  );
}

/** One of several shapes, told apart by a tag: conditions, which may hold others. */
function Tagged({ schema, value, nullable, onChange, path, label, hint }: Part) {
  const { defs } = useContext(Context);
  const { propertyName, mapping } = schema.discriminator!;
  const tag = fieldsOf(value)[propertyName];
  const chosen = typeof tag === "string" && mapping[tag] ? tag : "";
  const inner = chosen ? defs[nameOf(mapping[chosen]!)] : undefined;
  const asked = Object.values(mapping).map((ref) => defs[nameOf(ref)]?.properties?.[propertyName]?.title).find(Boolean) ?? a("kind");
  const turned = (next: string) => onChange(next ? beginTagged(schema, next, defs) : nullable ? null : undefined);
  return (
    <fieldset class="group tagged">
      <legend>{label}</legend>
      {hint ? <p class="hint">{hint}</p> : null}
      <SelectField label={asked} value={chosen} wrong={useWrong(path, false)} onChange={turned}
        options={[...(nullable || !chosen ? [{ value: "", label: nullable ? nothing(schema) : "—" }] : []), ...Object.entries(mapping).map(([key, ref]) => ({ value: key, label: defs[nameOf(ref)]?.title ?? titled(undefined, key) }))]} />
      {inner?.description ? <p class="hint">{inner.description}</p> : null}
      {inner ? <Properties schema={inner} value={value} onChange={(next) => onChange({ ...next, [propertyName]: chosen })} path={path} hidden={[propertyName]} /> : null}
    </fieldset>
  );
}

/** What no other editor is for, as it is. */
function Raw({ value, onChange, path, label, hint }: Part) {
  const [text, setText] = useState(() => (value === undefined ? "" : JSON.stringify(value, null, 2)));
  const [bad, setBad] = useState(false);
  const typed = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() ? (JSON.parse(next) as Json) : undefined);
      setBad(false);
    } catch {
      setBad(true);
    }
  };
  const wrong = useWrong(path);
  return <TextField label={label} hint={hint} wrong={bad ? a("no_json") : wrong} lines={4} value={text} onChange={typed} />;
}
