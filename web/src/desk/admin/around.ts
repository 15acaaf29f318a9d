/** What every editor of a form is handed, and what stands around the whole form. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { FieldError } from "../api/client";
import type { Fields, Json, Schema } from "./schema";

export type Named = { id: string; name: string };
export type Names = Readonly<Record<string, readonly Named[]>>;
/** Where a value comes from that is not set here, the nearest first. */
export type Source = { label: string; body: Fields };
export type Defs = Readonly<Record<string, Schema>>;

export type Around = { defs: Defs; names: Names; errors: readonly FieldError[]; sources: readonly Source[] };

export const Context = createContext<Around>({ defs: {}, names: {}, errors: [], sources: [] });

export type Path = readonly string[];
/** `value` is null where it may be and is; `undefined` asked of `onChange` takes it away. */
export type Part = { schema: Schema; value: Json | undefined; onChange: (value: Json | undefined) => void; path: Path; label: string; nullable?: boolean; hint?: string | undefined };

/** The message of an error at this place; a leaf also shows those of places inside it. */
export function useWrong(path: Path, leaf = true): string | undefined {
  const { errors } = useContext(Context);
  const here = path.join(".");
  return errors.find(({ field }) => field === here || (leaf && field.startsWith(`${here}.`)))?.message;
}
