/** JSON Schemas as the server writes them for forms: read, resolved, and the values that begin a new thing. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Fields = Readonly<Record<string, Json>>;

export type Schema = {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  anyOf?: Schema[];
  discriminator?: { propertyName: string; mapping: Record<string, string> };
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  format?: string;
  writeOnly?: boolean;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  "x-unit"?: string;
  "x-names"?: string;
  "x-keys"?: string;
  "x-texts"?: boolean;
  "x-view"?: string;
  "x-titles"?: Record<string, string>;
  "x-null"?: string;
};

type Defs = Readonly<Record<string, Schema>>;

/** A schema without references and without "or null", which is told apart. */
export type Shape = { schema: Schema; nullable: boolean };

export function shapeOf(schema: Schema, defs: Defs): Shape {
  const found = resolved(schema, defs);
  const others = found.anyOf?.filter((one) => one.type !== "null");
  if (!found.anyOf || !others || others.length === found.anyOf.length) return { schema: found, nullable: false };
  const { anyOf: _, ...rest } = found;
  const inner = others.length === 1 ? { ...resolved(others[0]!, defs), ...rest } : { ...rest, anyOf: others };
  return { schema: inner, nullable: true };
}

export function resolved(schema: Schema, defs: Defs): Schema {
  if (!schema.$ref) return schema;
  const { $ref, ...own } = schema;
  return { ...resolved(defs[nameOf($ref)] ?? {}, defs), ...own };
}

export const nameOf = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);

export type Kind =
  | "secret" | "names" | "choice" | "yes" | "seconds" | "share" | "time" | "number" | "text" | "texts" | "lines" | "checks" | "list" | "map" | "tagged" | "object" | "json";

/** What null means there, in words. */
export const nothing = (schema: Schema | undefined) => schema?.["x-null"] ?? "—";

export function kindOf(schema: Schema): Kind {
  if (schema.writeOnly || schema.format === "password") return "secret";
  if (schema.discriminator) return "tagged";
  if (schema.anyOf) return schema.anyOf.some((one) => one.enum) ? "choice" : "json";
  if (schema.enum) return "choice";
  switch (schema.type) {
    case "boolean":
      return "yes";
    case "integer":
    case "number":
      return ({ seconds: "seconds", share: "share", time: "time" } as const)[schema["x-unit"] ?? ""] ?? "number";
    case "string":
      return schema["x-names"] ? "names" : "text";
    case "array":
      if (schema.items?.enum || schema["x-names"]) return "checks";
      if (schema.prefixItems) return "json";
      return schema.items?.type === "string" ? "lines" : "list";
    case "object":
      if (schema["x-texts"]) return "texts";
      if (schema.properties) return "object";
      return typeof schema.additionalProperties === "object" ? "map" : "json";
    default:
      return "json";
  }
}

/** What something new of this shape begins with. */
export function begun(schema: Schema, defs: Defs): Json {
  const shape = shapeOf(schema, defs);
  if (shape.schema.default !== undefined) return shape.schema.default;
  if (shape.nullable) return null;
  const found = shape.schema;
  if (found.discriminator) return beginTagged(found, Object.keys(found.discriminator.mapping)[0]!, defs);
  if (found.enum) return found.enum[0] ?? null;
  const option = found.anyOf?.find((one) => one.enum)?.enum?.[0];
  if (option !== undefined) return option;
  switch (found.type) {
    case "boolean":
      return false;
    case "integer":
    case "number":
      return found.minimum ?? 0;
    case "array":
      return [];
    case "object":
      return Object.fromEntries((found.required ?? []).map((name) => [name, begun(found.properties![name]!, defs)]));
    default:
      return "";
  }
}

export function beginTagged(schema: Schema, tag: string, defs: Defs): Json {
  const inner = defs[nameOf(schema.discriminator!.mapping[tag]!)] ?? {};
  return { ...(begun({ ...inner, default: undefined as never }, defs) as object), [schema.discriminator!.propertyName]: tag };
}

export const fieldsOf = (value: Json | undefined): Fields => (value && typeof value === "object" && !Array.isArray(value) ? (value as Fields) : {});
export const itemsOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

/** The same without what is undefined. */
export function withField(value: Json | undefined, name: string, field: Json | undefined): Fields {
  const { [name]: _, ...rest } = fieldsOf(value);
  return field === undefined ? rest : { ...fieldsOf(value), [name]: field };
}

export const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
