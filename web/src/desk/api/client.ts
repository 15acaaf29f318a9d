/**
 * The API, typed by its own document. `ok` gives what a call answered or throws the `Problem` it answered, in words for
 * people and with the fields that are wrong, to be shown where they stand.
 */

import createClient, { type Middleware } from "openapi-fetch";

import { signedOut, token } from "../session";
import { say } from "../texts";
import type { components, paths } from "./schema";

export type Schema = components["schemas"];
export type FieldError = Schema["FieldError"];

const NO_ANSWER = 0;

export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly code: string | null = null,
    readonly errors: readonly FieldError[] = [],
    readonly who: string | null = null,
  ) {
    super(detail);
  }

  /** What is wrong with a field, by its name in the API. */
  at(field: string): string | undefined {
    return this.errors.find((error) => error.field === field)?.message;
  }

  /** Nothing was answered: the call may be made again. */
  get unanswered(): boolean {
    return this.status === NO_ANSWER || this.status === 503;
  }
}

const signing: Middleware = {
  onRequest({ request }) {
    if (token.value) request.headers.set("Authorization", `Bearer ${token.value}`);
    return request;
  },
  onResponse({ request, response }) {
    const used = request.headers.get("Authorization");
    if (response.status === 401 && used && used === `Bearer ${token.value}`) signedOut();
    return response;
  },
};

export const api = createClient<paths>({ baseUrl: location.origin, credentials: "omit" });
api.use(signing);

type Answered<T> = { data?: T; error?: unknown; response: Response };

/** `const me = await ok(api.GET("/api/v1/inbox/me"))` */
export async function ok<T>(call: Promise<Answered<T>>): Promise<T> {
  let answered: Answered<T>;
  try {
    answered = await call;
  } catch {
    throw new Problem(NO_ANSWER, say("no_connection"), "no_connection");
  }
  if (answered.error !== undefined || !answered.response.ok) throw problem(answered.response.status, answered.error);
  return answered.data as T;
}

export function problem(status: number, body: unknown): Problem {
  const told = (typeof body === "object" && body ? body : {}) as Partial<Schema["Problem"]>;
  const detail = told.detail ?? told.title ?? say("went_wrong");
  return new Problem(status, detail, told.code ?? null, told.errors ?? [], told.who ?? null);
}

/** Whatever was thrown, as a sentence for a person. */
export const sentence = (error: unknown) => (error instanceof Problem ? error.message : say("went_wrong"));

/** Keep a file at the server; the answer is a content to send. */
export async function upload(file: File): Promise<Schema["ImageView"] | Schema["AudioView"] | Schema["VideoView"] | Schema["FileView"]> {
  return ok(
    api.POST("/api/v1/inbox/files", {
      params: { query: { name: file.name } },
      body: file as never,
      bodySerializer: (body: unknown) => body as BodyInit,
      headers: { "Content-Type": "application/octet-stream" },
    } as never),
  );
}
