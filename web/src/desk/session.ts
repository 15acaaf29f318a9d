/** Who is signed in at this browser. One sign-in for all tabs; signing out in one signs out in all. */

import { computed, signal } from "@preact/signals";

import { keep, kept, whenKept } from "./kept";
import { atLeast, type Role } from "./screens";

export type Somebody = { id: string; name: string; role: Role };

type SignIn = { token: string; agent: Somebody };

const current = signal<SignIn | null>(read(kept("sign-in")));

export const token = computed(() => current.value?.token ?? null);
export const somebody = computed(() => current.value?.agent ?? null);

export const may = (role: Role) => atLeast(somebody.value?.role ?? "nobody", role);

export function signedIn(found: SignIn): void {
  keep("sign-in", JSON.stringify({ token: found.token, agent: found.agent }));
  current.value = found;
}

export function signedOut(): void {
  keep("sign-in", null);
  current.value = null;
}

whenKept("sign-in", (value) => (current.value = read(value)));

function read(value: string | null): SignIn | null {
  try {
    return value ? (JSON.parse(value) as SignIn) : null;
  } catch {
    return null;
  }
}
